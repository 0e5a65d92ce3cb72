import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** The functions of MKL and OpenBLAS; all matrices are row-major. The handles are constants once {@link #load} was called. */
final class BlasCalls {

    private static final int ROW_MAJOR = 101;
    private static final int AS_IT_IS = 111;
    private static final int TRANSPOSED = 112;
    private static final int SPARSE_AS_IT_IS = 10;
    private static final int PACKED = 151;
    private static final int FIRST_OPERAND = 161;
    private static final int EXPECTED_CALLS = 100_000;
    /** type, mode, diagonal; passed by value. */
    private static final StructLayout KIND = MemoryLayout.structLayout(JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MemorySegment GENERAL = general();

    private static Path file;

    private BlasCalls() {
    }

    /** Bound when first used, after {@link #load}; what a library lacks is null and named when it is asked for. */
    private static final class Bound {
        private static final SymbolLookup LIBRARY = SymbolLookup.libraryLookup(file, Arena.global());
        private static final FunctionDescriptor OF_GEMM = FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                JAVA_FLOAT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_FLOAT, JAVA_LONG, JAVA_INT);
        private static final MethodHandle GEMM = handle("cblas_sgemm", OF_GEMM);
        private static final MethodHandle BF16 = handle("cblas_gemm_bf16bf16f32", OF_GEMM);
        private static final MethodHandle GEMV = handle("cblas_sgemv", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_FLOAT,
                JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_FLOAT, JAVA_LONG, JAVA_INT));
        private static final MethodHandle PACK_SIZE = handle("cblas_sgemm_pack_get_size",
                FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
        private static final MethodHandle PACK = handle("cblas_sgemm_pack", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                JAVA_INT, JAVA_FLOAT, JAVA_LONG, JAVA_INT, JAVA_LONG));
        private static final MethodHandle COMPUTE = handle("cblas_sgemm_compute", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_FLOAT, JAVA_LONG, JAVA_INT));
        private static final MethodHandle CREATE = handle("mkl_sparse_s_create_csr", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT,
                JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
        private static final MethodHandle HINT_MATRIX = handle("mkl_sparse_set_mm_hint", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, KIND,
                JAVA_INT, JAVA_INT, JAVA_INT));
        private static final MethodHandle HINT_VECTOR = handle("mkl_sparse_set_mv_hint", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, KIND, JAVA_INT));
        private static final MethodHandle OPTIMIZE = handle("mkl_sparse_optimize", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
        private static final MethodHandle DESTROY = handle("mkl_sparse_destroy", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
        private static final MethodHandle SPARSE_MATRIX = handle("mkl_sparse_s_mm", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_FLOAT, JAVA_LONG, KIND,
                JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_FLOAT, JAVA_LONG, JAVA_INT));
        private static final MethodHandle SPARSE_VECTOR = handle("mkl_sparse_s_mv", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_FLOAT, JAVA_LONG, KIND,
                JAVA_LONG, JAVA_FLOAT, JAVA_LONG));

        private static MethodHandle handle(String name, FunctionDescriptor d) {
            return LIBRARY.find(name).map(f -> Linker.nativeLinker().downcallHandle(f, d)).orElse(null);
        }
    }

    static void load(Path library) {
        file = library;
        present(Bound.GEMM, "cblas_sgemm");
    }

    static void gemm(boolean transposeA, boolean transposeB, int m, int n, int k, long a, int lda, long b, int ldb, long c, int ldc) {
        try {
            Bound.GEMM.invokeExact(ROW_MAJOR, transposeA ? TRANSPOSED : AS_IT_IS, transposeB ? TRANSPOSED : AS_IT_IS, m, n, k, 1f, a, lda, b, ldb, 0f, c, ldc);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void bf16(int m, int n, int k, long a, long b, long c) {
        present(Bound.BF16, "cblas_gemm_bf16bf16f32");
        try {
            Bound.BF16.invokeExact(ROW_MAJOR, AS_IT_IS, AS_IT_IS, m, n, k, 1f, a, k, b, n, 0f, c, n);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void gemv(int m, int n, long a, long x, long y) {
        try {
            Bound.GEMV.invokeExact(ROW_MAJOR, AS_IT_IS, m, n, 1f, a, n, x, 1, 0f, y, 1);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static long packedBytes(int m, int n, int k) {
        present(Bound.PACK_SIZE, "cblas_sgemm_pack_get_size");
        try {
            return (long) Bound.PACK_SIZE.invokeExact(FIRST_OPERAND, m, n, k);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void pack(int m, int n, int k, long a, long packed) {
        try {
            Bound.PACK.invokeExact(ROW_MAJOR, FIRST_OPERAND, AS_IT_IS, m, n, k, 1f, a, k, packed);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void packedGemm(int m, int n, int k, long packed, long b, long c) {
        try {
            Bound.COMPUTE.invokeExact(ROW_MAJOR, PACKED, AS_IT_IS, m, n, k, packed, k, b, n, 0f, c, n);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void compressedRows(MemorySegment handle, int rows, int cols, MemorySegment start, MemorySegment column, MemorySegment values, int tokens) {
        present(Bound.CREATE, "mkl_sparse_s_create_csr");
        try {
            done((int) Bound.CREATE.invokeExact(handle.address(), 0, rows, cols, start.address(), start.address() + 4, column.address(), values.address()));
            long matrix = handle.get(JAVA_LONG, 0);
            if (tokens == 1) {
                done((int) Bound.HINT_VECTOR.invokeExact(matrix, SPARSE_AS_IT_IS, GENERAL, EXPECTED_CALLS));
            } else {
                done((int) Bound.HINT_MATRIX.invokeExact(matrix, SPARSE_AS_IT_IS, GENERAL, ROW_MAJOR, tokens, EXPECTED_CALLS));
            }
            done((int) Bound.OPTIMIZE.invokeExact(matrix));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void sparseMatrix(long matrix, long x, int tokens, long y) {
        try {
            done((int) Bound.SPARSE_MATRIX.invokeExact(SPARSE_AS_IT_IS, 1f, matrix, GENERAL, ROW_MAJOR, x, tokens, tokens, 0f, y, tokens));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void sparseVector(long matrix, long x, long y) {
        try {
            done((int) Bound.SPARSE_VECTOR.invokeExact(SPARSE_AS_IT_IS, 1f, matrix, GENERAL, x, 0f, y));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void destroy(long matrix) {
        try {
            done((int) Bound.DESTROY.invokeExact(matrix));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void done(int status) {
        if (status != 0) {
            throw new IllegalStateException("the library answered with status " + status);
        }
    }

    private static void present(MethodHandle handle, String function) {
        if (handle == null) {
            throw new UnsupportedOperationException("the library has no " + function);
        }
    }

    private static MemorySegment general() {
        MemorySegment kind = Arena.global().allocate(KIND);
        kind.setAtIndex(JAVA_INT, 0, 20);
        kind.setAtIndex(JAVA_INT, 1, 40);
        kind.setAtIndex(JAVA_INT, 2, 50);
        return kind;
    }
}
