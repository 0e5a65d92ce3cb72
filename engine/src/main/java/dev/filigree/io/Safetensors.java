package dev.filigree.io;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * safetensors: 8 bytes with the length of the header, the header in JSON, then the tensors without gaps. Reading maps
 * the file and checks every claim of the header; writing is atomic and places tensors on 64-byte boundaries as far as
 * the format allows.
 */
public final class Safetensors {

    /** Longest header in bytes; the reference implementation has the same limit. */
    static final long LONGEST_HEADER = 100_000_000;

    private static final int PREFIX = Long.BYTES;
    private static final int ALIGNMENT = 64;
    private static final int CHUNK = 8 << 20;

    private Safetensors() {
    }

    /** Maps {@code file}; a UserError names it and what is wrong when it is not a sound safetensors file. */
    public static Checkpoint read(Path file) {
        Arena arena = Arena.ofShared();
        boolean done = false;
        try {
            Checkpoint checkpoint = read(file, arena);
            done = true;
            return checkpoint;
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }

    /** The whole of {@code file}, mapped for reading as long as {@code arena} lives. */
    static MemorySegment map(Path file, Arena arena) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            if (Files.isDirectory(file)) {
                throw Faults.unsupported(file.toString(), "is a folder", "expected a file");
            }
            return in.map(FileChannel.MapMode.READ_ONLY, 0, in.size(), arena);
        } catch (IOException e) {
            throw Faults.reading(file, e);
        }
    }

    /** As {@link #read(Path)}, mapped as long as {@code arena} lives. */
    public static Checkpoint read(Path file, Arena arena) {
        String source = file.toString();
        MemorySegment bytes = map(file, arena);
        if (bytes.byteSize() < PREFIX) {
            throw Faults.corrupt(source, "has " + bytes.byteSize() + " bytes, too few for a safetensors file");
        }
        long headerBytes = bytes.get(StoredTensor.LONG, 0);
        if (headerBytes < 2 || headerBytes > LONGEST_HEADER || headerBytes > bytes.byteSize() - PREFIX) {
            throw Faults.corrupt(source, "claims a header of " + Long.toUnsignedString(headerBytes) + " bytes in a file of "
                    + bytes.byteSize() + " (at most " + LONGEST_HEADER + ")");
        }
        byte[] json = bytes.asSlice(PREFIX, headerBytes).toArray(ValueLayout.JAVA_BYTE);
        MemorySegment data = bytes.asSlice(PREFIX + headerBytes);
        SafetensorsHeader header = SafetensorsHeader.parse(source, json, data.byteSize());
        List<StoredTensor> tensors = new ArrayList<>(header.entries().size());
        for (SafetensorsHeader.Entry e : header.entries()) {
            tensors.add(new StoredTensor(e.name(), e.type(), e.shape(), data.asSlice(e.begin(), e.end() - e.begin())));
        }
        return new Checkpoint(source, tensors, header.metadata(), arena);
    }

    /**
     * Writes the tensors, the header in the order given; {@code file} holds all of them or stays as it was. Tensors
     * whose size is a multiple of 64 bytes come first in the data section, so that each starts on a 64-byte boundary;
     * the others follow by falling element size, so that each is aligned to its elements.
     */
    public static void write(Path file, Collection<StoredTensor> tensors, Map<String, String> metadata) {
        AtomicFile.write(file, content(tensors, metadata));
    }

    /** What {@link #write} puts into a file. */
    static AtomicFile.Content content(Collection<StoredTensor> tensors, Map<String, String> metadata) {
        List<StoredTensor> laidOut = new ArrayList<>(tensors);
        laidOut.sort(Comparator.<StoredTensor>comparingInt(t -> t.data().byteSize() % ALIGNMENT == 0 ? 0 : 1)
                .thenComparingInt(t -> t.data().byteSize() % ALIGNMENT == 0 ? 0 : -t.type().bytes()));
        byte[] header = header(tensors, laidOut, metadata);
        return out -> {
            ByteBuffer prefix = ByteBuffer.allocate(PREFIX).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).flip();
            AtomicFile.writeFully(out, prefix);
            AtomicFile.writeFully(out, ByteBuffer.wrap(header));
            for (StoredTensor t : laidOut) {
                for (long at = 0; at < t.data().byteSize(); at += CHUNK) {
                    AtomicFile.writeFully(out, t.data().asSlice(at, Math.min(CHUNK, t.data().byteSize() - at)).asByteBuffer());
                }
            }
        };
    }

    private static byte[] header(Collection<StoredTensor> tensors, List<StoredTensor> laidOut, Map<String, String> metadata) {
        Map<String, Long> begins = new HashMap<>();
        long at = 0;
        for (StoredTensor t : laidOut) {
            if (begins.put(t.name(), at) != null) {
                throw new IllegalArgumentException("tensor " + t.name() + " is given twice");
            }
            at += t.data().byteSize();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = Json.FACTORY.createGenerator(bytes)) {
            out.writeStartObject();
            if (!metadata.isEmpty()) {
                out.writeObjectFieldStart("__metadata__");
                for (Map.Entry<String, String> e : metadata.entrySet()) {
                    out.writeStringField(e.getKey(), e.getValue());
                }
                out.writeEndObject();
            }
            for (StoredTensor t : tensors) {
                long begin = begins.get(t.name());
                out.writeObjectFieldStart(t.name());
                out.writeStringField("dtype", t.type().name());
                writeNumbers(out, "shape", t.shape());
                writeNumbers(out, "data_offsets", begin, begin + t.data().byteSize());
                out.writeEndObject();
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        byte[] json = bytes.toByteArray();
        int padded = Math.ceilDiv(PREFIX + json.length, ALIGNMENT) * ALIGNMENT - PREFIX;
        byte[] header = Arrays.copyOf(json, padded);
        Arrays.fill(header, json.length, padded, (byte) ' ');
        return header;
    }

    private static void writeNumbers(JsonGenerator out, String field, long... numbers) throws IOException {
        out.writeArrayFieldStart(field);
        for (long n : numbers) {
            out.writeNumber(n);
        }
        out.writeEndArray();
    }
}
