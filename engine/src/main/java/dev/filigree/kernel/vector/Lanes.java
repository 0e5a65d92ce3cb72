package dev.filigree.kernel.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.UserError;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Set;
import jdk.incubator.vector.FloatVector;
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

    /** Floats per vector. */
    static final int N = F.length();

    /** Bytes per vector. */
    static final long STEP = 4L * N;

    /**
     * Vectors side by side in a register tile of many rows: 32 registers hold 24 sums; the 16 registers that x86 has
     * without AVX-512 hold 12, and so does 256 bits anywhere, so that what AVX2 runs is tested on wider processors.
     */
    static final int WIDE = BITS == 256 || sixteenRegisters() ? 2 : 4;

    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Keeps every address that user code can have, and proves to the compiler that it is not negative. */
    static final long MASK = (1L << 57) - 1;

    /** Eight zeros, the bias of a product without bias. */
    static final long ZEROS = Arena.global().allocate(32, 64).address();

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

    static void setLong(long at, long v) {
        ALL.set(JAVA_LONG_UNALIGNED, at, v);
    }

    static int getInt(long at) {
        return ALL.get(JAVA_INT_UNALIGNED, at);
    }

    static long getLong(long at) {
        return ALL.get(JAVA_LONG_UNALIGNED, at);
    }
}
