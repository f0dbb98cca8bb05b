// Reads a publication with the Go project's own library for such logs, and fails where that does:
// opens the checkpoint with a vkey, authenticates every tile against it, finds every entry in a tile,
// proves entries to be included, and proves the tree to go on from an earlier checkpoint.
//
// usage: read_publication PUBLICATION VKEY [EARLIER-CHECKPOINT]
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	leafSize   = 224
	sampleStep = 97 // a prime, so that the entries proved fall on all places of a tile
)

// folder reads tiles, which its own library names tile/8/<L>/<N> and C2SP tile/<L>/<N>.
type folder string

func (f folder) Height() int                     { return tileHeight }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) path(tile tlog.Tile) string {
	coordinates := strings.SplitN(tile.Path(), "/", 3) // tile, 8, the rest
	rest := strings.Replace(coordinates[2], "data/", "entries/", 1)
	return filepath.Join(string(f), "tile", rest)
}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var contents [][]byte
	for _, tile := range tiles {
		content, err := os.ReadFile(f.path(tile))
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}

func openCheckpoint(path, vkey string) (tlog.Tree, error) {
	message, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(message, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("%s: not the three lines of %s", path, verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// recordHashes has the hash of each entry in the bundle that holds width entries from tile n on.
func recordHashes(f folder, n int64, width int) ([]tlog.Hash, error) {
	bundle, err := os.ReadFile(f.path(tlog.Tile{H: tileHeight, L: -1, N: n, W: width}))
	if err != nil {
		return nil, err
	}
	var hashes []tlog.Hash
	for len(bundle) > 0 {
		if len(bundle) < 2+leafSize || binary.BigEndian.Uint16(bundle) != leafSize {
			return nil, fmt.Errorf("bundle %d: not entries of %d bytes", n, leafSize)
		}
		hashes = append(hashes, tlog.RecordHash(bundle[2:2+leafSize]))
		bundle = bundle[2+leafSize:]
	}
	if len(hashes) != width {
		return nil, fmt.Errorf("bundle %d: %d entries, not %d", n, len(hashes), width)
	}
	return hashes, nil
}

// checkBundle finds each entry of a bundle in the authenticated tree, and proves a sample.
func checkBundle(f folder, tree tlog.Tree, reader tlog.HashReader, n int64) error {
	first, width := n*tileWidth, tileWidth
	if tree.N-first < tileWidth {
		width = int(tree.N - first)
	}
	hashes, err := recordHashes(f, n, width)
	if err != nil {
		return err
	}
	var stored []int64
	for i := range hashes {
		stored = append(stored, tlog.StoredHashIndex(0, first+int64(i)))
	}
	known, err := reader.ReadHashes(stored)
	if err != nil {
		return err
	}
	for i, hash := range hashes {
		index := first + int64(i)
		if known[i] != hash {
			return fmt.Errorf("entry %d is not the one in the tree", index)
		}
		if index%sampleStep != 0 && index != tree.N-1 {
			continue
		}
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, hash); err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
	}
	return nil
}

func checkGoesOn(tree, earlier tlog.Tree, reader tlog.HashReader) error {
	proof, err := tlog.ProveTree(tree.N, earlier.N, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, earlier.N, earlier.Hash)
}

func check(arguments []string) error {
	f, vkey := folder(arguments[0]), arguments[1]
	tree, err := openCheckpoint(filepath.Join(string(f), "checkpoint"), vkey)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, f)
	for n := int64(0); n*tileWidth < tree.N; n++ {
		if err := checkBundle(f, tree, reader, n); err != nil {
			return err
		}
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil || root != tree.Hash {
		return fmt.Errorf("the tiles have not the checkpoint's root: %v", err)
	}
	if len(arguments) == 3 {
		earlier, err := openCheckpoint(arguments[2], vkey)
		if err != nil {
			return err
		}
		if err := checkGoesOn(tree, earlier, reader); err != nil {
			return fmt.Errorf("it does not go on from %d entries: %w", earlier.N, err)
		}
	}
	fmt.Printf("%d entries, root %s\n", tree.N, tree.Hash)
	return nil
}

func main() {
	if len(os.Args) != 3 && len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: read_publication PUBLICATION VKEY [EARLIER-CHECKPOINT]")
		os.Exit(2)
	}
	if err := check(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}
