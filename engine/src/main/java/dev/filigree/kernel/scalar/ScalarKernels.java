package dev.filigree.kernel.scalar;

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

/** The definition of every kernel: slow and obvious. */
public final class ScalarKernels implements Kernels {

    private final Products products = new ScalarProducts();
    private final MatrixVector matrixVector = new ScalarMatrixVector();
    private final FewTokens fewTokens = new ScalarFewTokens();
    private final SparseGradients sparseGradients = new ScalarSparseGradients();
    private final DenseGradients denseGradients = new ScalarDenseGradients();
    private final Convolutions convolutions = new ScalarConvolutions();
    private final Channels channels = new ScalarChannels();
    private final Elementwise elementwise = new ScalarElementwise();
    private final Norms norms = new ScalarNorms();
    private final Attention attention = new ScalarAttention();
    private final Survivors survivors = new ScalarSurvivors();
    private final Updates updates = new ScalarUpdates();
    private final SparseDots sparseDots = new ScalarSparseDots();
    private final Postings postings = new ScalarPostings();
    private final Ceilings ceilings = new ScalarCeilings();

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
    public SparseDots sparseDots() {
        return sparseDots;
    }

    @Override
    public Updates updates() {
        return updates;
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
        return "scalar";
    }

    @Override
    public int lanes() {
        return 1;
    }
}
