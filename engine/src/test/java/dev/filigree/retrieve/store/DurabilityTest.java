package dev.filigree.retrieve.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.retrieve.Document;
import dev.filigree.retrieve.SparseVector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to a writer or to its files: the last commit is found, or one line says which file is broken. */
class DurabilityTest {

    /** Moments at which a child is killed; the property {@code filigree.kills} asks for another number. */
    private static final int KILLS = Integer.getInteger("filigree.kills", 50);

    private static final int IDS = 120;

    @TempDir
    Path temp;

    /** What the {@code commit}-th commit of a history holds: changes are drawn from its number alone, so that anybody can say what should be there. */
    private static void changes(IndexWriter writer, Map<String, Document> live, long commit) {
        Rng rng = new Rng(99).split("commit " + commit);
        for (int n = 1 + rng.nextInt(25); n > 0; n--) {
            String id = "d" + rng.nextInt(IDS);
            if (rng.nextInt(3) == 0) {
                if (writer != null) {
                    writer.delete(id);
                }
                live.remove(id);
            } else {
                Document d = Model.document(rng, id);
                if (writer != null) {
                    writer.update(d);
                }
                live.put(id, d);
            }
        }
        Document last = new Document("last", Long.toString(commit), SparseVector.of(Map.of(0, 1f)));
        if (writer != null) {
            writer.update(last);
        }
        live.put("last", last);
    }

    private static Map<String, Document> after(long commits) {
        Map<String, Document> live = new HashMap<>();
        for (long c = 1; c <= commits; c++) {
            changes(null, live, c);
        }
        return live;
    }

    /** The index holds just what one of its commits held; returns which. */
    private static long consistent(Path folder, Rng rng) {
        try (SparseIndex index = SparseIndex.open(folder); Snapshot s = index.snapshot()) {
            long commit = Long.parseLong(s.content(s.find("last").orElseThrow()));
            Model.check(after(commit), s, rng);
            return commit;
        }
    }

    private static IndexWriter writer(Path folder, IndexWriter.Moments moments) {
        return Manifest.in(folder) ? IndexWriter.open(folder, Model.SETTINGS, Model.OFTEN, moments)
                : IndexWriter.open(folder, Model.SETTINGS, Model.OFTEN, moments, _ -> Manifest.empty(Model.VOCABULARY, Model.SETTINGS));
    }

    @Test
    void whoIsKilledAtAnyMomentLeavesTheLastCommit() throws Exception {
        Path folder = temp.resolve("index");
        Rng rng = new Rng(5);
        long reached = 0;
        int cutShort = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Process child = started(command(folder));
            long said = Math.max(reached, read(child));
            TimeUnit.MICROSECONDS.sleep(rng.nextInt(60_000));
            child.toHandle().destroyForcibly(); // a process of this kind would close its output too
            for (long next = read(child); next >= 0; next = read(child)) {
                said = next;
            }
            assertEquals(137, child.waitFor());
            long found = consistent(folder, rng);
            assertTrue(found >= said, "commit " + said + " was confirmed, found " + found);
            cutShort += leftovers(folder) ? 1 : 0;
            reached = found;
        }
        assertTrue(reached > KILLS, "children committed " + reached + " times");
        assertTrue(KILLS < 10 || cutShort > 0, "some were killed while they wrote");
        writer(folder, _ -> { }).close();
        assertFalse(leftovers(folder), "a writer clears away what others left");
        consistent(folder, rng);
    }

    /** The next number that a child has confirmed, or -1 at the end. */
    private static long read(Process child) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = child.getInputStream().read(); c >= 0; c = child.getInputStream().read()) {
            if (c == '\n') {
                return Long.parseLong(line.toString());
            }
            line.append((char) c);
        }
        return -1; // a line without an end was not said
    }

    private static boolean leftovers(Path folder) throws IOException {
        Manifest manifest = Manifest.read(folder);
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(p -> !p.equals(folder)).map(p -> folder.relativize(p).toString()).anyMatch(n -> n.endsWith(".partial")
                    || n.matches("segment-\\d+(/deleted-\\d+)?") && !manifest.needed().contains(n));
        }
    }

    private static List<String> command(Path folder) {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-XX:+UseSerialGC", "-Dfiligree.kernels=scalar", "-cp", System.getProperty("java.class.path"), Child.class.getName(), folder.toString());
    }

    private Process started(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(temp.resolve("child.log").toFile())).start();
    }

    /** Goes on with the history and says each commit once it is done. */
    static final class Child {

        private Child() {
        }

        public static void main(String[] args) {
            Path folder = Path.of(args[0]);
            Map<String, Document> ignored = new TreeMap<>();
            try (IndexWriter writer = writer(folder, _ -> { })) {
                long commit = 0;
                if (Manifest.in(folder)) {
                    try (SparseIndex index = SparseIndex.open(folder); Snapshot s = index.snapshot()) {
                        commit = Long.parseLong(s.content(s.find("last").orElseThrow()));
                    }
                }
                for (long last = commit + 3000; commit < last; ) { // who is never killed ends some time
                    changes(writer, ignored, ++commit);
                    writer.commit();
                    System.out.println(commit);
                    System.out.flush();
                    if (commit % 7 == 0) {
                        writer.merge();
                    }
                }
            } catch (UserError e) {
                System.err.println(e.getMessage());
                System.exit(1);
            }
        }
    }

    /** Thrown where a disk is full or a process dies. */
    private static final class Stop extends UserError {
        private static final long serialVersionUID = 1L;

        Stop(String what) {
            super(what + ": No space left on device");
        }
    }

    @Test
    void whateverStepFailsTheLastCommitStands() {
        Rng rng = new Rng(8);
        int failures = 0;
        for (int at = 0; ; at++) { // the step at which it fails
            Path folder = temp.resolve("at" + at);
            int[] left = {Integer.MAX_VALUE};
            boolean[] merge = {false};
            IndexWriter.Moments moments = what -> {
                merge[0] |= what.startsWith("merge");
                if (left[0]-- == 0) {
                    throw new Stop(what);
                }
            };
            long commits = 0;
            boolean failed = false;
            try (IndexWriter writer = writer(folder, moments)) {
                changes(writer, new HashMap<>(), ++commits);
                writer.commit();
                left[0] = at;
                try {
                    for (int i = 0; i < 5; i++) {
                        changes(writer, new HashMap<>(), commits + 1);
                        writer.commit();
                        commits++;
                    }
                    writer.merge();
                } catch (UserError e) {
                    failed = true;
                    commits += e.getMessage().contains("(while merging; commit") ? 1 : 0;
                    if (usable(writer)) { // it was a merge
                        changes(writer, new HashMap<>(), ++commits);
                        writer.commit();
                    } else {
                        SparseIndexTest.says(() -> writer.delete("x"), "this writer failed before");
                        SparseIndexTest.says(writer::commit, "close it and open another");
                    }
                }
            }
            long found = consistent(folder, rng);
            assertTrue(found == commits || failed && found == commits + 1, "step " + at + ": found " + found + " of " + commits);
            try (IndexWriter again = writer(folder, _ -> { })) {
                changes(again, new HashMap<>(), found + 1);
                again.commit();
            }
            assertEquals(found + 1, consistent(folder, rng));
            failures += failed ? 1 : 0;
            if (!failed) {
                assertTrue(merge[0] && failures > 20, "steps that failed: " + failures);
                return;
            }
        }
    }

    private static boolean usable(IndexWriter writer) {
        try {
            writer.contains("x");
            return true;
        } catch (UserError e) {
            return false;
        }
    }

    @Test
    void aFullDiskIsOneLineAndLosesNothing() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "a limit on the size of files needs a shell");
        Path folder = temp.resolve("index");
        Rng rng = new Rng(4);
        try (IndexWriter writer = writer(folder, _ -> { })) {
            for (long c = 1; c <= 40; c++) {
                changes(writer, new HashMap<>(), c);
                writer.commit();
            }
        }
        long largest; // of all documents in one segment: a merge needs about as much
        try (IndexWriter writer = writer(folder, _ -> { }); Stream<Path> files = Files.walk(folder)) {
            writer.merge();
            largest = files.mapToLong(f -> f.toFile().length()).max().orElseThrow();
        }
        for (long bytes : new long[] {1024, largest / 8, largest / 4, largest / 2}) {
            Process child = started(Stream.concat(Stream.of("/bin/sh", "-c", "ulimit -f " + bytes / 512 + " && exec \"$@\"", "sh"), command(folder).stream()).toList());
            child.getInputStream().readAllBytes();
            assertEquals(1, child.waitFor(), () -> said());
            String line = said().lines().reduce((a, b) -> b).orElseThrow();
            assertTrue(line.startsWith(folder.toString()) && line.contains("cannot be written"), line);
            assertTrue(consistent(folder, rng) >= 40);
        }
        long found = consistent(folder, rng);
        try (IndexWriter writer = writer(folder, _ -> { })) {
            changes(writer, new HashMap<>(), found + 1);
            writer.commit();
        }
        assertEquals(found + 1, consistent(folder, rng));
    }

    private String said() {
        try {
            return Files.readString(temp.resolve("child.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void anInterruptLosesNothing() throws Exception {
        Path folder = temp.resolve("index");
        Rng rng = new Rng(6);
        for (int round = 0; round < 10; round++) {
            long begin = Manifest.in(folder) ? consistent(folder, rng) : 0;
            long[] confirmed = {begin};
            Throwable[] thrown = {null};
            Thread t = new Thread(() -> {
                try (IndexWriter writer = writer(folder, _ -> { })) {
                    while (true) {
                        changes(writer, new HashMap<>(), confirmed[0] + 1);
                        writer.commit();
                        confirmed[0]++;
                    }
                } catch (Throwable e) {
                    thrown[0] = e;
                }
            });
            t.start();
            while (t.isAlive() && confirmed[0] == begin) {
                Thread.sleep(1);
            }
            TimeUnit.MICROSECONDS.sleep(rng.nextInt(20_000));
            t.interrupt();
            t.join();
            assertEquals(UserError.class, thrown[0].getClass(), () -> thrown[0].toString());
            long found = consistent(folder, rng);
            assertTrue(found == confirmed[0] || found == confirmed[0] + 1, "found " + found + " of " + confirmed[0]);
        }
    }

    @Test
    void thereIsOneWriterAndTheLockOfADeadOneIsTaken() throws Exception {
        Path folder = temp.resolve("index");
        Process child = started(command(folder));
        read(child);
        SparseIndexTest.says(() -> writer(folder, _ -> { }), "index: another writer has this index; wait for it, or end it (process " + child.pid() + ")");
        child.destroyForcibly().waitFor();
        long found = consistent(folder, new Rng(1));
        try (IndexWriter writer = writer(folder, _ -> { })) {
            SparseIndexTest.says(() -> writer(folder, _ -> { }), "index: another writer has this index");
            Process refused = started(command(folder));
            assertEquals(1, refused.waitFor(), "after this process was refused once, too");
            assertTrue(said().contains("another writer has this index; wait for it, or end it (process " + ProcessHandle.current().pid() + ")"), said());
            changes(writer, new HashMap<>(), found + 1);
            writer.commit();
        }
        assertEquals(found + 1, consistent(folder, new Rng(1)));
    }

    @Test
    void aFileThatWasAlteredIsNamed() throws IOException {
        Path folder = temp.resolve("index");
        try (IndexWriter writer = writer(folder, _ -> { })) {
            for (long c = 1; c <= 4; c++) {
                changes(writer, new HashMap<>(), c);
                writer.commit();
            }
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(p -> Files.isRegularFile(p) && !p.endsWith(".lock")).toList();
        }
        assertTrue(files.stream().anyMatch(f -> f.getFileName().toString().startsWith("deleted-")), files.toString());
        Rng rng = new Rng(3);
        Path kept = temp.resolve("kept");
        for (Path file : files) {
            Files.copy(file, kept, StandardCopyOption.REPLACE_EXISTING);
            byte[] good = Files.readAllBytes(file);
            for (int i = 0; i < 12; i++) {
                byte[] bad = switch (i) {
                    case 0 -> new byte[0];
                    case 1 -> java.util.Arrays.copyOf(good, good.length - 1);
                    case 2 -> java.util.Arrays.copyOf(good, good.length + 1);
                    default -> good.clone();
                };
                if (i > 2) {
                    bad[i == 3 ? 0 : i == 4 ? bad.length - 1 : rng.nextInt(bad.length)] ^= (byte) (1 << rng.nextInt(8));
                }
                Files.write(file, bad, StandardOpenOption.TRUNCATE_EXISTING);
                SparseIndexTest.says(() -> SparseIndex.open(folder), file.toString());
                SparseIndexTest.says(() -> writer(folder, _ -> { }), file.toString());
            }
            Files.delete(file);
            SparseIndexTest.says(() -> SparseIndex.open(folder), file.endsWith(Manifest.FILE) ? "holds no index" : file + ": is missing");
            Files.copy(kept, file);
        }
        assertEquals(4, consistent(folder, rng));
        assertThrows(UserError.class, () -> Manifest.parse(folder, "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
}
