package dev.filigree.retrieve.store;

import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.io.FolderLock;
import dev.filigree.retrieve.TextEncoding;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What lies in the folder of an index: telling what is needed from what an earlier commit, or a writer that was killed, has left. */
final class Leftovers {

    private Leftovers() {
    }

    /**
     * Deletes what no state needs any more. Only who holds the folder's lock may do so. What cannot be deleted now, because some systems do not
     * delete mapped files, is deleted the next time. What is needed is read from the disk: a writer that failed may not know whether its manifest is there.
     *
     * @param underway names of segments that are being written
     */
    static void clear(Path index, Set<String> underway) {
        Set<String> needed;
        try {
            needed = Manifest.in(index) ? Manifest.read(index).needed() : Set.of();
        } catch (UserError e) {
            return; // who cannot tell deletes nothing
        }
        for (Path p : list(index)) {
            String name = p.getFileName().toString();
            if (name.matches("(segment|encoding)-\\d+") && !needed.contains(name) && !underway.contains(name)) {
                delete(p);
            } else if (name.matches("\\..*\\.partial")) {
                delete(p);
            } else if (name.startsWith("segment-") && !underway.contains(name)) {
                list(p).stream().filter(f -> f.getFileName().toString().matches("deleted-\\d+|\\..*\\.partial") && !needed.contains(name + "/" + f.getFileName()))
                        .forEach(Leftovers::delete);
            }
        }
    }

    /** Refuses a folder in which there is what no writer of an index has left. */
    static void requireNoOthers(Path index) {
        for (Path p : list(index)) {
            String name = p.getFileName().toString();
            if (!name.equals(FolderLock.FILE) && !name.matches("(segment|encoding)-\\d+|\\..*\\.partial")) {
                throw new UserError(index + ": holds " + name + ", which is no part of an index; give an empty folder, or one that is not there");
            }
        }
    }

    /** Saves an encoding in a folder of its own, forced to the disk. */
    static Manifest.Encoding save(Path index, String name, TextEncoding encoding) {
        Path folder = index.resolve(name);
        delete(folder);
        AtomicFile.createFolders(folder);
        encoding.save(folder);
        List<StoredFile> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path p : all.sorted().toList()) {
                if (Files.isDirectory(p)) {
                    AtomicFile.force(p);
                    continue;
                }
                try (FileChannel written = FileChannel.open(p, StandardOpenOption.WRITE)) {
                    written.force(true);
                }
                files.add(StoredFile.of(folder, folder.relativize(p).toString().replace('\\', '/')));
            }
        } catch (IOException e) {
            throw new UserError(folder + ": cannot be written: " + e.getMessage() + "; free some space", e);
        }
        return new Manifest.Encoding(name, files);
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        } catch (IOException e) {
            return List.of(); // nothing can be cleared then; nothing is lost
        }
    }

    private static void delete(Path p) {
        try (Stream<Path> all = Files.walk(p)) {
            for (Path f : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(f);
            }
        } catch (IOException e) {
            // it is tried again at the next commit
        }
    }
}
