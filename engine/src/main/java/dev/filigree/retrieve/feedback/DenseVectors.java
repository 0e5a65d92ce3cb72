package dev.filigree.retrieve.feedback;

import dev.filigree.base.Floats;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.Live;
import dev.filigree.retrieve.Top;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Embeddings of documents, searched by looking at every one. Embeddings come from outside: any encoder of texts makes them.
 *
 * @param dimensions of each
 * @param values     one document after the other {@code [documents] [dimensions]}
 */
public record DenseVectors(int dimensions, Floats values) {

    /** Each must have whole vectors. */
    public DenseVectors {
        if (dimensions < 1 || values.length() % dimensions != 0) {
            throw new IllegalArgumentException(values.length() + " values are no vectors of " + dimensions + " dimensions");
        }
    }

    /** Copies of these. */
    public static DenseVectors of(List<float[]> vectors) {
        int dimensions = vectors.isEmpty() ? 1 : vectors.getFirst().length;
        Floats values = Floats.allocate(Math.multiplyExact(vectors.size(), dimensions));
        for (int d = 0; d < vectors.size(); d++) {
            if (vectors.get(d).length != dimensions) {
                throw new IllegalArgumentException("document " + d + " has " + vectors.get(d).length + " dimensions, expected " + dimensions);
            }
            MemorySegment.copy(vectors.get(d), 0, values.segment(), ValueLayout.JAVA_FLOAT, 4L * d * dimensions, dimensions);
        }
        return new DenseVectors(dimensions, values);
    }

    public int documents() {
        return values.length() / dimensions;
    }

    /** The embedding of a document. */
    public float[] vector(int document) {
        float[] vector = new float[dimensions];
        MemorySegment.copy(values.segment(), ValueLayout.JAVA_FLOAT, 4L * document * dimensions, vector, 0, dimensions);
        return vector;
    }

    /** The documents with the highest inner products, of those above zero. */
    public Hits search(float[] query, int k, Live live) {
        if (query.length != dimensions) {
            throw new IllegalArgumentException("the query has " + query.length + " dimensions, expected " + dimensions);
        }
        Top top = new Top();
        top.begin(k);
        for (int d = 0; d < documents(); d++) {
            if (live.has(d)) {
                float sum = 0;
                for (int i = 0; i < dimensions; i++) {
                    sum += query[i] * values.get(d * dimensions + i);
                }
                top.offer(d, sum);
            }
        }
        return top.hits();
    }
}
