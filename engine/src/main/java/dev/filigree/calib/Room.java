package dev.filigree.calib;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.ops.Workspace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Room for activations: memory up to a bound, what does not fit a mapped file, which the system writes out when it needs the memory.
 * Numbers are the same wherever they lie. The file has no name from the moment it is open (where the system knows such files), so that it is gone with the process,
 * however that ends. For one thread at a time.
 */
final class Room implements AutoCloseable {

    private static final int PAGE = 4096;

    private final long most;
    private final Workspace memory = new Workspace();
    private final Map<Long, Floats> inFile = new HashMap<>(); // lent, by address
    private final Map<Integer, ArrayDeque<Floats>> free = new HashMap<>(); // of the file, by length
    private Arena arena;
    private FileChannel file;
    private long end;

    /** @param most bytes of memory; {@code Long.MAX_VALUE} for no bound */
    Room(long most) {
        this.most = most;
    }

    boolean bounded() {
        return most < Long.MAX_VALUE;
    }

    /** Bytes that the file has grown to. */
    long spilled() {
        return end;
    }

    Floats take(int length) {
        if (!bounded() || memory.bytes() + (long) length * Float.BYTES <= most) {
            return memory.take(length);
        }
        ArrayDeque<Floats> spare = free.get(length);
        Floats f = spare == null ? null : spare.pollLast();
        f = f == null ? map(length) : f;
        inFile.put(f.segment().address(), f);
        return f;
    }

    void give(Floats buffer) {
        Floats f = inFile.remove(buffer.segment().address());
        if (f == null) {
            memory.give(buffer);
        } else {
            free.computeIfAbsent(f.length(), n -> new ArrayDeque<>()).addLast(f);
        }
    }

    private Floats map(int length) {
        long bytes = (long) length * Float.BYTES;
        try {
            if (file == null) {
                Path path = Files.createTempFile("filigree-calibration", ".tmp");
                arena = Arena.ofShared();
                file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            }
            Floats f = new Floats(file.map(FileChannel.MapMode.READ_WRITE, end, bytes, arena), length);
            end += Math.ceilDiv(bytes, PAGE) * PAGE; // so that every buffer begins where a page does
            return f;
        } catch (IOException e) {
            throw new UserError("--calibration-memory: the file for what does not fit cannot be written in " + System.getProperty("java.io.tmpdir") + " (" + e.getMessage()
                    + "); free some room there or raise the bound", e);
        }
    }

    @Override
    public void close() {
        memory.close();
        if (file != null) {
            arena.close();
            try {
                file.close();
            } catch (IOException e) {
                throw new UserError("--calibration-memory: the file for what did not fit could not be closed (" + e.getMessage() + ")", e);
            }
        }
    }
}
