package dev.filigree.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;

/**
 * A checkpoint of TensorFlow: a sorted table of names (blocks of keys that share beginnings, as LevelDB writes them) whose values say
 * where in the data each tensor lies. One shard, blocks that are not compressed; checksums of blocks and tensors are compared.
 */
final class TensorflowBundle {

    private static final long MAGIC = 0xdb4775248b80fb57L;
    private static final int FOOTER = 48;
    /** A byte that says how a block is compressed, and its checksum. */
    private static final int TRAILER = 5;
    private static final int LONGEST_NAME = 1000;
    private static final int HIGHEST_RANK = 8;
    private static final Map<Long, DType> TYPES = Map.of(1L, DType.F32, 2L, DType.F64, 3L, DType.I32, 9L, DType.I64);

    private final String source;
    private final byte[] index;
    private final MemorySegment data;
    private final List<StoredTensor> tensors = new ArrayList<>();

    private TensorflowBundle(String source, byte[] index, MemorySegment data) {
        this.source = source;
        this.index = index;
        this.data = data;
    }

    /**
     * Reads a bundle; tensors of types that are no plain numbers are left out.
     *
     * @param data   what the first and only shard holds
     * @param memory is closed with the checkpoint
     */
    static Checkpoint read(String source, byte[] index, MemorySegment data, Arena memory) {
        TensorflowBundle b = new TensorflowBundle(source, index, data);
        b.table();
        return new Checkpoint(source, b.tensors, Map.of(), memory);
    }

    private void table() {
        if (index.length < FOOTER || ByteBuffer.wrap(index, index.length - 8, 8).order(ByteOrder.LITTLE_ENDIAN).getLong() != MAGIC) {
            throw Faults.corrupt(source, "does not end as an index of TensorFlow does");
        }
        Cursor footer = new Cursor(index.length - FOOTER, index.length - 8);
        footer.handle(); // of what is there to find out about the table
        block(footer.handle(), (key, place) -> block(place.handle(), this::entry));
    }

    /** Shows every entry of a block. */
    private void block(Cursor block, BiConsumer<String, Cursor> entries) {
        int end = block.end;
        if (end - block.at < 4) {
            throw Faults.corrupt(source, "holds a block of " + (end - block.at) + " bytes");
        }
        long restarts = Integer.toUnsignedLong(littleEndian(end - 4));
        if (4 * restarts + 4 > end - block.at) {
            throw Faults.corrupt(source, "holds a block with " + restarts + " beginnings");
        }
        block.end = (int) (end - 4 - 4 * restarts);
        byte[] key = new byte[0];
        while (block.at < block.end) {
            int shared = block.count(key.length);
            int rest = block.count(LONGEST_NAME - shared);
            int length = block.count(Integer.MAX_VALUE);
            Cursor name = block.part(rest);
            key = Arrays.copyOf(key, shared + rest);
            System.arraycopy(index, name.at, key, shared, rest);
            entries.accept(new String(key, StandardCharsets.UTF_8), block.part(length));
        }
    }

    private void entry(String name, Cursor value) {
        if (name.isEmpty()) {
            header(value);
            return;
        }
        long type = 0;
        long[] shape = {};
        long shard = 0;
        long offset = 0;
        long size = 0;
        long checksum = 0;
        while (value.at < value.end) {
            long tag = value.varint();
            switch ((int) (tag >>> 3)) {
                case 1 -> type = value.number(tag);
                case 2 -> shape = shape(value.message(tag));
                case 3 -> shard = value.number(tag);
                case 4 -> offset = value.number(tag);
                case 5 -> size = value.number(tag);
                case 6 -> checksum = value.number(tag);
                case 7 -> throw Faults.unsupported(source, "holds " + Faults.quote(name) + " in slices", "expected whole tensors");
                default -> value.number(tag);
            }
        }
        if (shard != 0 || offset < 0 || size < 0 || offset > data.byteSize() - size) {
            throw Faults.corrupt(source, "says that " + Faults.quote(name) + " lies at " + offset + " with " + size + " bytes in shard " + shard + " of " + data.byteSize() + " bytes");
        }
        DType known = TYPES.get(type);
        if (known == null) {
            return;
        }
        if (StoredTensor.bytes(known, shape) != size) {
            throw Faults.corrupt(source, "says that " + Faults.quote(name) + " is " + StoredTensor.text(shape) + " and has " + size + " bytes");
        }
        MemorySegment bytes = data.asSlice(offset, size);
        if (masked(bytes) != (int) checksum) {
            throw Faults.corrupt(source, "holds " + Faults.quote(name) + " with another checksum than it says");
        }
        tensors.add(new StoredTensor(name, known, shape, bytes));
    }

    private void header(Cursor value) {
        long shards = 0;
        long order = 0;
        while (value.at < value.end) {
            long tag = value.varint();
            long number = value.number(tag);
            shards = tag >>> 3 == 1 ? number : shards;
            order = tag >>> 3 == 2 ? number : order;
        }
        if (shards != 1 || order != 0) {
            throw Faults.unsupported(source, "has " + shards + " shards and byte order " + order, "expected one shard, little-endian");
        }
    }

    private long[] shape(Cursor message) {
        long[] shape = new long[HIGHEST_RANK];
        int rank = 0;
        while (message.at < message.end) {
            long tag = message.varint();
            if (tag >>> 3 != 2) {
                message.number(tag);
                continue;
            }
            if (rank == HIGHEST_RANK) {
                throw Faults.corrupt(source, "holds a tensor of more than " + HIGHEST_RANK + " dimensions");
            }
            Cursor dimension = message.message(tag);
            while (dimension.at < dimension.end) {
                long field = dimension.varint();
                long number = dimension.number(field);
                shape[rank] = field >>> 3 == 1 ? number : shape[rank];
            }
            rank++;
        }
        return Arrays.copyOf(shape, rank);
    }

    private int littleEndian(int at) {
        return ByteBuffer.wrap(index, at, 4).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    /** The checksum of bytes as the format stores it. */
    static int masked(MemorySegment bytes) {
        CRC32C crc = new CRC32C();
        for (long at = 0; at < bytes.byteSize(); at += 1 << 30) {
            crc.update(bytes.asSlice(at, Math.min(1 << 30, bytes.byteSize() - at)).asByteBuffer());
        }
        int c = (int) crc.getValue();
        return (c >>> 15 | c << 17) + 0xa282ead8;
    }

    /** A place in the index, and where what it reads ends. */
    private final class Cursor {

        private int at;
        private int end;

        Cursor(int at, int end) {
            this.at = at;
            this.end = end;
        }

        long varint() {
            long v = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (at >= end) {
                    throw Faults.corrupt(source, "ends within a number");
                }
                byte b = index[at++];
                v |= (b & 0x7FL) << shift;
                if (b >= 0) {
                    return v;
                }
            }
            throw Faults.corrupt(source, "holds a number of more than 64 bits");
        }

        /** A number of at most {@code most}. */
        int count(int most) {
            long v = varint();
            if (v < 0 || v > most) {
                throw Faults.corrupt(source, "holds the count " + v + ", expected at most " + most);
            }
            return (int) v;
        }

        /** The next bytes, which are stepped over. */
        Cursor part(int length) {
            if (length > end - at) {
                throw Faults.corrupt(source, "ends " + (length - (end - at)) + " bytes too soon");
            }
            at += length;
            return new Cursor(at - length, at);
        }

        /** The block that an offset and a length tell of. */
        Cursor handle() {
            long from = varint();
            long length = varint();
            long whole = index.length - FOOTER;
            if (from < 0 || length < 0 || length > whole - TRAILER || from > whole - TRAILER - length) {
                throw Faults.corrupt(source, "tells of a block of " + length + " bytes at " + from + " in " + index.length);
            }
            int to = (int) (from + length);
            if (index[to] != 0) {
                throw Faults.unsupported(source, "holds a block that is compressed (" + index[to] + ")", "expected plain ones");
            }
            if (masked(MemorySegment.ofArray(index).asSlice(from, length + 1)) != littleEndian(to + 1)) {
                throw Faults.corrupt(source, "holds a block with another checksum than it says");
            }
            return new Cursor((int) from, to);
        }

        Cursor message(long tag) {
            if ((tag & 7) != 2) {
                throw Faults.corrupt(source, "holds a field of kind " + (tag & 7) + " where a message was expected");
            }
            return part(count(Integer.MAX_VALUE));
        }

        /** The value of a field, 0 for bytes, which are stepped over. */
        long number(long tag) {
            switch ((int) (tag & 7)) {
                case 0 -> {
                    return varint();
                }
                case 1 -> part(8);
                case 2 -> part(count(Integer.MAX_VALUE));
                case 5 -> {
                    return Integer.toUnsignedLong(littleEndian(part(4).at));
                }
                default -> throw Faults.corrupt(source, "holds a field of kind " + (tag & 7));
            }
            return 0;
        }
    }
}
