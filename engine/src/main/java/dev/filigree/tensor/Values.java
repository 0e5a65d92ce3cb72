package dev.filigree.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.filigree.base.Floats;
import java.lang.foreign.MemorySegment;

/** How the numbers of a weight are held, apart from where they sit in the matrix. */
public sealed interface Values permits Values.F32, Values.Bf16, Values.Int8 {

    int length();

    /** Resident bytes. */
    long bytes();

    /** Element i as a float. */
    float get(int i);

    /** 32-bit floats: what products compute with. */
    record F32(Floats floats) implements Values {
        @Override
        public int length() {
            return floats.length();
        }

        @Override
        public long bytes() {
            return floats.bytes();
        }

        @Override
        public float get(int i) {
            return floats.get(i);
        }
    }

    /** The upper half of a 32-bit float. */
    record Bf16(MemorySegment segment, int length) implements Values {
        @Override
        public long bytes() {
            return 2L * length;
        }

        @Override
        public float get(int i) {
            return Float.intBitsToFloat(segment.getAtIndex(JAVA_SHORT, i) << 16);
        }
    }

    /** Signed bytes times one scale for every {@code perScale} consecutive elements (one row of a table, say). */
    record Int8(MemorySegment codes, Floats scales, int perScale, int length) implements Values {
        @Override
        public long bytes() {
            return length + scales.bytes();
        }

        @Override
        public float get(int i) {
            return codes.get(JAVA_BYTE, i) * scales.get(i / perScale);
        }
    }
}
