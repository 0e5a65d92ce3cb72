package dev.filigree.kernel.vector;

import dev.filigree.kernel.Attention;
import dev.filigree.kernel.Ceilings;
import dev.filigree.kernel.Channels;
import dev.filigree.kernel.Convolutions;
import dev.filigree.kernel.DenseGradients;
import dev.filigree.kernel.Elementwise;
import dev.filigree.kernel.FewTokens;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.MatrixVector;
import dev.filigree.kernel.Norms;
import dev.filigree.kernel.Postings;
import dev.filigree.kernel.Products;
import dev.filigree.kernel.SparseDots;
import dev.filigree.kernel.SparseGradients;
import dev.filigree.kernel.Survivors;
import dev.filigree.kernel.Updates;

/**
 * The kernels in vector instructions of 512, 256 or 128 bits: the widest that the processor prefers, or the width in
 * the property {@code filigree.kernels}. Needs the module {@code jdk.incubator.vector}.
 */
public final class VectorKernels implements Kernels {

    /** Settles the width when this is made, not when a kernel first runs. */
    private final String name = "vector " + Lanes.BITS + " bit";

    private final Products products = new VectorProducts();
    private final MatrixVector matrixVector = new VectorMatrixVector();
    private final FewTokens fewTokens = new VectorFewTokens(matrixVector);
    private final SparseGradients sparseGradients = new VectorSparseGradients();
    private final DenseGradients denseGradients = new VectorDenseGradients();
    private final Convolutions convolutions = new VectorConvolutions();
    private final Channels channels = new VectorChannels();
    private final Elementwise elementwise = new VectorElementwise();
    private final Norms norms = new VectorNorms();
    private final Attention attention = new VectorAttention();
    private final Survivors survivors = new VectorSurvivors();
    private final Updates updates = new VectorUpdates();
    private final SparseDots sparseDots = new VectorSparseDots();
    private final Postings postings = new VectorPostings();
    private final Ceilings ceilings = new VectorCeilings();

    @Override
    public Products products() {
        return products;
    }

    @Override
    public MatrixVector matrixVector() {
        return matrixVector;
    }

    @Override
    public FewTokens fewTokens() {
        return fewTokens;
    }

    @Override
    public SparseGradients sparseGradients() {
        return sparseGradients;
    }

    @Override
    public DenseGradients denseGradients() {
        return denseGradients;
    }

    @Override
    public Convolutions convolutions() {
        return convolutions;
    }

    @Override
    public Channels channels() {
        return channels;
    }

    @Override
    public Elementwise elementwise() {
        return elementwise;
    }

    @Override
    public Norms norms() {
        return norms;
    }

    @Override
    public Attention attention() {
        return attention;
    }

    @Override
    public Survivors survivors() {
        return survivors;
    }

    @Override
    public Updates updates() {
        return updates;
    }

    @Override
    public SparseDots sparseDots() {
        return sparseDots;
    }

    @Override
    public Postings postings() {
        return postings;
    }

    @Override
    public Ceilings ceilings() {
        return ceilings;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int lanes() {
        return Lanes.N;
    }
}
