package dev.filigree.encode;

import dev.filigree.ops.Batch;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import dev.filigree.retrieve.SparseVector;
import java.util.List;

/**
 * Queries with the documents that are compared for them.
 *
 * @param queries   one reading for all of them; null where their side needs no model
 * @param tables    the vectors that a table gives to the queries
 * @param documents one reading for all of them
 * @param literal   what BM25 gives to the documents
 * @param teachers  {@code [queries] [documents]}
 * @param right     the document that each query was made of, by its place here
 */
record LessonBatch(EncoderRecipe recipe, Reading queries, List<SparseVector> tables, Reading documents, List<SparseVector> literal, float[][] teachers, int[] right)
        implements Batch {

    /**
     * Texts as a model has read them.
     *
     * @param states {@code [tokens x hidden]}
     * @param terms  of {@link Side#MLP} the term of each token, else null
     */
    record Reading(Value states, Spans spans, int[] terms) {

        /** So many texts that no model has read. */
        static Reading none(int texts) {
            return new Reading(null, new Spans(new int[texts + 1]), null);
        }
    }

    @Override
    public int size() {
        return tables.size();
    }
}
