package dev.filigree.app.kernels;

import java.util.List;

/** Weights that real models have, [outputs x inputs]. */
final class Shapes {

    record Shape(String model, int rows, int cols) {
    }

    static final List<Shape> MINILM = List.of(new Shape("MiniLM", 384, 384), new Shape("MiniLM", 1536, 384), new Shape("MiniLM", 384, 1536));
    static final List<Shape> BERT = List.of(new Shape("BERT", 768, 768), new Shape("BERT", 3072, 768), new Shape("BERT", 768, 3072));
    static final List<Shape> LLAMA = List.of(new Shape("Llama 1B", 2048, 2048), new Shape("Llama 1B", 512, 2048), new Shape("Llama 1B", 8192, 2048),
            new Shape("Llama 1B", 2048, 8192));
    /** Attention, feed-forward and the head, whose 8-bit codes no cache holds. */
    static final List<Shape> TINY_LLAMA = List.of(new Shape("TinyLlama", 2048, 2048), new Shape("TinyLlama", 5632, 2048), new Shape("TinyLlama", 32000, 2048));
    /** A few of all sizes, for families that measure many sparsities of each. */
    static final List<Shape> SOME = List.of(MINILM.get(1), BERT.get(0), BERT.get(1), LLAMA.get(0));
    static final List<Shape> QUICK = List.of(BERT.get(0));

    private Shapes() {
    }
}
