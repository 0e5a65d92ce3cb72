package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir
    Path folder;

    @Test
    void aFileIsReplacedWhole() throws IOException {
        Path file = folder.resolve("new/deep/f.txt");
        AtomicFile.write(file, "one".getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(file, "two".getBytes(StandardCharsets.UTF_8));
        assertEquals("two", Files.readString(file));
        assertEquals(List.of(file), list(file.getParent()));
    }

    @Test
    void aFullDiskLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = folder.resolve("f.txt");
        Files.writeString(file, "old");
        Fault.of(() -> AtomicFile.write(file, out -> {
            AtomicFile.writeFully(out, ByteBuffer.allocate(1000));
            throw new FileSystemException(file.toString(), null, "No space left on device");
        }), file.toString(), "No space left on device");
        assertEquals("old", Files.readString(file));
        assertEquals(List.of(file), list(folder));
    }

    @Test
    void severalFilesAppearTogetherOrNotAtAll() throws IOException {
        SequencedMap<Path, AtomicFile.Content> files = new LinkedHashMap<>();
        files.put(folder.resolve("new/a"), AtomicFile.of(new byte[3]));
        files.put(folder.resolve("new/deep/b"), out -> {
            throw new IOException("disk gone");
        });
        Fault.of(() -> AtomicFile.writeAll(files), "deep", "disk gone");
        assertEquals(List.of(), list(folder));
        files.put(folder.resolve("new/deep/b"), AtomicFile.of(new byte[4]));
        AtomicFile.writeAll(files);
        assertEquals(3, Files.size(folder.resolve("new/a")));
        assertEquals(4, Files.size(folder.resolve("new/deep/b")));
    }

    @Test
    void aFileWhereAFolderShouldBeIsOneLine() throws IOException {
        Path notFolder = Files.writeString(folder.resolve("x"), "");
        Fault.of(() -> AtomicFile.write(notFolder.resolve("f"), new byte[1]), "cannot be written", "is a file, expected a folder");
        Path isFolder = Files.createDirectory(folder.resolve("d"));
        Fault.of(() -> AtomicFile.write(isFolder, new byte[1]), isFolder.toString(), "it is a folder");
        assertEquals(List.of(isFolder, notFolder), list(folder));
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
