#include "tests/crash/disk.h"

#include <algorithm>
#include <utility>

namespace hourbook::crash {
namespace {

using Kind = Op::Kind;

std::string DirectoryOf(const std::string& name) {
  const size_t slash = name.rfind('/');
  return slash == std::string::npos ? "" : name.substr(0, slash);
}

bool IsOfContents(const Op& op) {
  return op.kind == Kind::kWrite || op.kind == Kind::kSyncedWrite || op.kind == Kind::kResize;
}

// Whether it changes names of this directory.
bool IsOfDirectory(const Op& op, const std::string& directory) {
  return !IsOfContents(op) && (DirectoryOf(op.name) == directory ||
                               (op.kind == Kind::kRename && DirectoryOf(op.new_name) == directory));
}

void Write(std::string& file, uint64_t offset, std::string_view data) {
  if (file.size() < offset + data.size()) file.resize(offset + data.size());
  file.replace(offset, data.size(), data);
}

}  // namespace

// What needs a name that is not there does nothing.
void Disk::Apply(const Op& op, Tree& tree) {
  const auto has_parent = [&](const std::string& name) {
    const std::string parent = DirectoryOf(name);
    return parent.empty() || tree.directories.count(parent) > 0;
  };
  switch (op.kind) {
    case Kind::kWrite:
    case Kind::kSyncedWrite:
      Write(tree.files[op.file], op.offset, op.data);
      break;
    case Kind::kResize:
      tree.files[op.file].resize(op.offset);
      break;
    case Kind::kMakeDirectory:
      if (has_parent(op.name)) tree.directories.insert(op.name);
      break;
    case Kind::kMakeFile:
    case Kind::kLink:
      if (has_parent(op.name)) tree.names[op.name] = op.file;
      break;
    case Kind::kRename:
      if (const auto found = tree.names.find(op.name); found != tree.names.end() && has_parent(op.new_name)) {
        tree.names[op.new_name] = found->second;
        tree.names.erase(op.name);
      }
      break;
    case Kind::kRemove:
      tree.names.erase(op.name);
      tree.directories.erase(op.name);
      break;
    case Kind::kSync:
    case Kind::kSyncDirectory:
    case Kind::kSyncAll:
    case Kind::kPromise:
      break;
  }
}

void Disk::Take(const Op& op) {
  switch (op.kind) {
    case Kind::kPromise:
      return;
    case Kind::kSync:
      for (Change& change : changes_) change.is_certain |= IsOfContents(change.op) && change.op.file == op.file;
      break;
    case Kind::kSyncDirectory:
      for (Change& change : changes_) change.is_certain |= IsOfDirectory(change.op, op.name);
      break;
    case Kind::kSyncAll:
      for (Change& change : changes_) change.is_certain = true;
      break;
    default:
      changes_.push_back({op, op.kind == Kind::kSyncedWrite});
      break;
  }
  Settle();
}

// What is certain and comes before all that is not goes into the base.
void Disk::Settle() {
  const auto first = std::find_if(changes_.begin(), changes_.end(),
                                  [](const Change& change) { return !change.is_certain; });
  for (auto change = changes_.begin(); change != first; ++change) Apply(change->op, base_);
  changes_.erase(changes_.begin(), first);
  unsynced_.clear();
  for (size_t i = 0; i < changes_.size(); ++i) {
    if (!changes_[i].is_certain) unsynced_.push_back(i);
  }
}

Contents Disk::After(const std::vector<bool>& written, const Part& part) const {
  Tree tree = base_;
  size_t number = 0;
  for (const Change& change : changes_) {
    if (change.is_certain) {
      Apply(change.op, tree);
      continue;
    }
    if (number == part.change) {
      Op some = change.op;
      some.offset += part.begin;
      some.data = some.data.substr(part.begin, part.end - part.begin);
      Apply(some, tree);
    } else if (written[number]) {
      Apply(change.op, tree);
    }
    ++number;
  }
  Contents contents;
  contents.directories = tree.directories;
  for (const auto& [name, file] : tree.names) contents.files[name] = tree.files[file];
  return contents;
}

std::vector<Disk::Part> Disk::PartsOf(size_t change, uint64_t unit) const {
  const Op& op = changes_[unsynced_[change]].op;
  std::vector<Part> parts;
  if (op.kind != Kind::kWrite) return parts;
  for (uint64_t at = (op.offset / unit + 1) * unit; at < op.offset + op.data.size(); at += unit) {
    parts.push_back({change, 0, at - op.offset});
    parts.push_back({change, at - op.offset, op.data.size()});
  }
  return parts;
}

}  // namespace hourbook::crash
