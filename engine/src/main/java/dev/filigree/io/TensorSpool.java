package dev.filigree.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file whose tensors grow while it is made: each waits in a file of its own beside the target, and {@link #finish} puts them
 * together. Memory stays bounded; the target appears whole or not at all. Not safe for several threads.
 */
public final class TensorSpool implements AutoCloseable {

    private static final int BUFFER = 1 << 18;

    private final Path target;
    private final List<Part> parts = new ArrayList<>();

    public TensorSpool(Path target) {
        this.target = target.toAbsolutePath();
        AtomicFile.createFolders(this.target.getParent());
    }

    /** A tensor that begins empty. */
    public Part part(String name, DType type) {
        Part p = new Part(name, type);
        parts.add(p);
        return p;
    }

    /** Writes the target; nothing can be added afterwards. */
    public void finish(Map<String, String> metadata) {
        try (Arena arena = Arena.ofShared()) {
            List<StoredTensor> tensors = new ArrayList<>();
            for (Part p : parts) {
                p.flush();
                MemorySegment bytes = p.written == 0 ? MemorySegment.ofArray(new byte[0]) : Safetensors.map(p.file, arena);
                tensors.add(new StoredTensor(p.name, p.type, new long[] {p.written / p.type.bytes()}, bytes));
            }
            Safetensors.write(target, tensors, metadata);
        }
        close();
    }

    /** Throws away what was not finished. */
    @Override
    public void close() {
        parts.forEach(Part::discard);
    }

    /** A tensor that grows at its end; its elements are little-endian. */
    public final class Part {

        private final String name;
        private final DType type;
        private final Path file;
        private final FileChannel out;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
        private long written;

        private Part(String name, DType type) {
            this.name = name;
            this.type = type;
            this.file = target.resolveSibling("." + target.getFileName() + "." + name + "." + ProcessHandle.current().pid() + "-"
                    + Thread.currentThread().threadId() + ".partial");
            try {
                this.out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw Faults.writing(target, e);
            }
        }

        public void add(byte v) {
            room(Byte.BYTES).put(v);
        }

        public void add(short v) {
            room(Short.BYTES).putShort(v);
        }

        public void add(int v) {
            room(Integer.BYTES).putInt(v);
        }

        public void add(float v) {
            room(Float.BYTES).putFloat(v);
        }

        public void add(long v) {
            room(Long.BYTES).putLong(v);
        }

        /** Bytes as they lie there. */
        public void add(MemorySegment bytes) {
            if (bytes.byteSize() <= buffer.remaining()) {
                buffer.put(bytes.asByteBuffer());
                return;
            }
            flush();
            write(bytes.asByteBuffer());
        }

        private ByteBuffer room(int bytes) {
            if (buffer.remaining() < bytes) {
                flush();
            }
            return buffer;
        }

        private void flush() {
            write(buffer.flip());
            buffer.clear();
        }

        private void write(ByteBuffer bytes) {
            written += bytes.remaining();
            try {
                AtomicFile.writeFully(out, bytes);
            } catch (IOException e) {
                throw Faults.writing(target, e);
            }
        }

        private void discard() {
            try {
                out.close();
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // a leftover is named *.partial
            }
        }
    }
}
