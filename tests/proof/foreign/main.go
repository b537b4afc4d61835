// What a stranger's program says of what Granska hands out: checkpoints, receipts and proofs that the log only grew.
//
// It uses the Go checksum database's own packages (golang.org/x/mod/sumdb/note and tlog) and nothing of ours.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func refuse(why interface{}) {
	fmt.Println("refused:", why)
	os.Exit(1)
}

func read(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		refuse(err)
	}
	return string(text)
}

func hash(text string) tlog.Hash {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) != tlog.HashSize {
		refuse("no hash: " + text)
	}
	var found tlog.Hash
	copy(found[:], raw)
	return found
}

// opened is the size and root of a signed note, once its signature has been found good.
func opened(text, key string) (int64, tlog.Hash) {
	verifier, err := note.NewVerifier(strings.TrimSpace(key))
	if err != nil {
		refuse(err)
	}
	signed, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		refuse(err)
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) < 3 || lines[0] != verifier.Name() {
		refuse("not this log's")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		refuse(err)
	}
	return size, hash(lines[2])
}

func main() {
	key := read(os.Args[2])
	switch os.Args[1] {
	case "checkpoint":
		size, root := opened(read(os.Args[3]), key)
		fmt.Println("good:", size, root)
	case "receipt": // entry, receipt
		parts := strings.SplitN(read(os.Args[4]), "\n\n", 2)
		lines := strings.Split(parts[0], "\n")
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
		if err != nil {
			refuse(err)
		}
		var path tlog.RecordProof
		for _, line := range lines[2:] {
			path = append(path, hash(line))
		}
		size, root := opened(parts[1], key)
		if err := tlog.CheckRecord(path, size, root, index, tlog.RecordHash([]byte(read(os.Args[3])))); err != nil {
			refuse(err)
		}
		fmt.Println("good:", index, "of", size)
	case "growth": // the older checkpoint, the proof
		var proof struct {
			Old, New   int64
			Hashes     []string
			Checkpoint string
		}
		if err := json.Unmarshal([]byte(read(os.Args[4])), &proof); err != nil {
			refuse(err)
		}
		oldSize, oldRoot := opened(read(os.Args[3]), key)
		newSize, newRoot := opened(proof.Checkpoint, key)
		var path tlog.TreeProof
		for _, one := range proof.Hashes {
			path = append(path, hash(one))
		}
		if oldSize != proof.Old || newSize != proof.New {
			refuse("other sizes")
		}
		if err := tlog.CheckTree(path, newSize, newRoot, oldSize, oldRoot); err != nil {
			refuse(err)
		}
		fmt.Println("good:", oldSize, "to", newSize)
	case "entries": // the newest checkpoint, log.jsonl
		size, root := opened(read(os.Args[3]), key)
		var stored []tlog.Hash
		reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			var found []tlog.Hash
			for _, index := range indexes {
				found = append(found, stored[index])
			}
			return found, nil
		})
		lines := strings.Split(strings.TrimSuffix(read(os.Args[4]), "\n"), "\n")
		for number, line := range lines[:size] {
			var entry struct{ Leaf string }
			if err := json.Unmarshal([]byte(line), &entry); err != nil {
				refuse(err)
			}
			hashes, err := tlog.StoredHashes(int64(number), []byte(entry.Leaf), reader)
			if err != nil {
				refuse(err)
			}
			stored = append(stored, hashes...)
		}
		computed, err := tlog.TreeHash(size, reader)
		if err != nil || computed != root {
			refuse("another root")
		}
		fmt.Println("good:", size)
	}
}
