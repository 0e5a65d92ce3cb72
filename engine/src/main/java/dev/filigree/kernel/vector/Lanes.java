package dev.filigree.kernel.vector;

import static java.lang.foreign.ValueLayout.JAVA_CHAR_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.base.UserError;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Set;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of this process, and loads and stores at raw addresses.
 *
 * <p>All memory is seen through one segment that starts at zero. An address that was masked with {@link #MASK} is
 * provably inside it, so the compiler drops every bounds check (they cost a quarter to a half of a sparse product).
 * The price is memory safety: ranges and indices must have been validated before, and the buffers must be kept
 * reachable until the kernel is done ({@link java.lang.ref.Reference#reachabilityFence}).
 */
final class Lanes {

    /** Property that forces the width in bits: 128, 256 or 512; scalar code is chosen before this class is loaded. */
    static final String PROPERTY = "filigree.kernels";

    static final int BITS = bits();

    /**
     * One vector; a constant, which is what lets the compiler turn calls into instructions. Floats are held in no other
     * species anywhere: the compiler goes by the classes it has met in the methods of all vectors, and a second class
     * there made kernels that were compiled later three times slower.
     */
    static final VectorSpecies<Float> F = BITS == 512 ? FloatVector.SPECIES_512 : BITS == 256 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;

    /**
     * Whole numbers of the same width, the only other species. A number of memory is spread over a vector as one of these and
     * then taken for floats, {@code IntVector.broadcast(I, getInt(at)).reinterpretAsFloats()}: that is one instruction, where
     * a float goes through a register of its own and takes three.
     */
    static final VectorSpecies<Integer> I = BITS == 512 ? IntVector.SPECIES_512 : BITS == 256 ? IntVector.SPECIES_256 : IntVector.SPECIES_128;

    /** Floats per vector. */
    static final int N = F.length();

    /** Bytes per vector. */
    static final long STEP = 4L * N;

    /**
     * Vectors side by side in a register tile of four rows: 32 registers hold sixteen sums and what feeds them; the 16
     * registers that x86 has without AVX-512 hold eight, and so does 256 bits anywhere, so that what AVX2 runs is tested on
     * wider processors.
     */
    static final int WIDE = BITS == 256 || sixteenRegisters() ? 2 : 4;

    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Keeps every address that user code can have, and proves to the compiler that it is not negative. */
    static final long MASK = (1L << 57) - 1;

    /**
     * Numbers whose range the compiler can see need no mask for their sum with a masked base: an index that is not negative,
     * a distance inside a weight, a place in the largest panel (65536 columns of 64 tokens).
     */
    static final long INDEX = Integer.MAX_VALUE;
    static final long SPAN = (1L << 45) - 1;
    static final long PANEL = (1L << 24) - 1;

    /** Numbers of 16 bits that were read together: the first of two or of four lies so many bits up, and the next this much on. */
    static final long LOW = 0xFFFF;
    static final int OF2 = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : 16;
    static final int OF4 = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : 48;
    static final int NEXT = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 16 : -16;

    /** A vector of zeros: the bias of a product without bias, the start of sums that start from nothing. */
    static final long ZEROS = Arena.global().allocate(64, 64).address();

    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Lanes() {
    }

    private static boolean sixteenRegisters() {
        return Set.of("amd64", "x86_64", "x86").contains(System.getProperty("os.arch")) && FloatVector.SPECIES_PREFERRED.vectorBitSize() < 512;
    }

    private static int bits() {
        int most = Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512);
        String asked = System.getProperty(PROPERTY, "auto");
        if (asked.equals("auto")) {
            return most;
        }
        if (!Set.of("128", "256", "512").contains(asked) || Integer.parseInt(asked) > most) {
            throw new UserError("kernels: found " + asked + ", expected auto, scalar or a vector width of 128, 256 or 512 bits, and at most " + most
                    + " with this processor and Java");
        }
        return Integer.parseInt(asked);
    }

    static long address(Floats f) {
        return f == null ? 0 : f.segment().address();
    }

    static long address(Ints i) {
        return i.segment().address();
    }

    static long address(Shorts s) {
        return s.segment().address();
    }

    /*
     * There are no helpers that take or return vectors of memory: the compiler stops inlining ordinary methods once a
     * kernel has grown large, and then every vector that is passed becomes an object. Kernels call the vector classes
     * themselves, which are always inlined.
     */

    static float getFloat(long at) {
        return ALL.get(JAVA_FLOAT_UNALIGNED, at);
    }

    static void setFloat(long at, float v) {
        ALL.set(JAVA_FLOAT_UNALIGNED, at, v);
    }

    static void setInt(long at, int v) {
        ALL.set(JAVA_INT_UNALIGNED, at, v);
    }

    static void setLong(long at, long v) {
        ALL.set(JAVA_LONG_UNALIGNED, at, v);
    }

    static int getInt(long at) {
        return ALL.get(JAVA_INT_UNALIGNED, at);
    }

    /** An unsigned number of 16 bits. */
    static long getShort(long at) {
        return ALL.get(JAVA_CHAR_UNALIGNED, at);
    }

    static void setShort(long at, int v) {
        ALL.set(JAVA_CHAR_UNALIGNED, at, (char) v);
    }

    static long getLong(long at) {
        return ALL.get(JAVA_LONG_UNALIGNED, at);
    }
}
