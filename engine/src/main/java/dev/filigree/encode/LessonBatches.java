package dev.filigree.encode;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.ops.Batch;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.train.Batches;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * Queries drawn at random, each with the document that it was made of and a few that a teacher takes for the best, drawn too. All
 * documents of a batch are compared for each of its queries.
 */
final class LessonBatches implements Batches {

    /** Of the best documents by each teacher, so many are drawn from among so many. */
    private static final int DRAWN = 3;
    private static final int AMONG = 30;
    /** What the highest of a teacher's scores becomes. */
    private static final float SCALE = 10;

    private final EncoderRecipe recipe;
    private final Parallel parallel;
    private final Set<Teacher> teachers;
    private final Material material;
    private final Rng rng;
    private final int terms;
    private long drawn;

    /**
     * What is drawn from.
     *
     * @param queries   with the document that each was made of
     * @param tables    their vectors by a table
     * @param lexical   their vectors by BM25
     * @param asked     as the model has read them
     * @param literal   BM25's vectors of the documents
     * @param documents as the model has read them
     */
    record Material(List<PseudoQueries.Made> queries, List<SparseVector> tables, List<SparseVector> lexical, Bank asked, List<SparseVector> literal, Bank documents) {
    }

    LessonBatches(EncoderRecipe recipe, Parallel parallel, Set<Teacher> teachers, Material material, int terms, Rng rng) {
        this.recipe = recipe;
        this.parallel = parallel;
        this.teachers = teachers;
        this.material = material;
        this.terms = terms;
        this.rng = rng;
    }

    @Override
    public Batch next() {
        int n = recipe.batch();
        int[] queries = new int[n];
        for (int q = 0; q < n; q++) {
            queries[q] = rng.nextInt(material.queries.size());
        }
        drawn += n;
        float[][][] scores = new float[Teacher.values().length][n][];
        parallel.run(n, q -> {
            for (Teacher t : teachers) {
                scores[t.ordinal()][q] = t == Teacher.DENSE ? dense(queries[q]) : lexical(queries[q]);
            }
        });
        TreeSet<Integer> chosen = new TreeSet<>();
        for (int q = 0; q < n; q++) {
            chosen.add(material.queries.get(queries[q]).document());
            for (Teacher t : teachers) {
                int[] best = Teacher.highest(scores[t.ordinal()][q], AMONG);
                for (int i = 0; i < DRAWN; i++) {
                    chosen.add(best[rng.nextInt(best.length)]);
                }
            }
        }
        int[] documents = chosen.stream().mapToInt(d -> d).toArray();
        float[][] wanted = new float[n][documents.length];
        for (Teacher t : teachers) {
            float[][] some = new float[n][documents.length];
            for (int q = 0; q < n; q++) {
                for (int d = 0; d < documents.length; d++) {
                    some[q][d] = scores[t.ordinal()][q][documents[d]];
                }
            }
            Teacher.addNormalised(some, SCALE / teachers.size(), wanted);
        }
        int[] right = new int[n];
        List<SparseVector> tables = new ArrayList<>();
        for (int q = 0; q < n; q++) {
            right[q] = Arrays.binarySearch(documents, material.queries.get(queries[q]).document());
            tables.add(material.tables.get(queries[q]));
        }
        LessonBatch.Reading read = recipe.document().needsModel() ? material.documents.reading(documents) : LessonBatch.Reading.none(documents.length);
        return new LessonBatch(recipe, recipe.query().needsModel() ? material.asked.reading(queries) : null, tables, read,
                Arrays.stream(documents).mapToObj(material.literal::get).toList(), wanted, right);
    }

    private float[] dense(int query) {
        float[][] all = material.documents.whole();
        float[] scores = new float[all.length];
        for (int d = 0; d < all.length; d++) {
            scores[d] = Bank.dot(material.asked.whole()[query], all[d]);
        }
        return scores;
    }

    private float[] lexical(int query) {
        float[] weights = new float[terms];
        SparseVector v = material.lexical.get(query);
        for (int i = 0; i < v.size(); i++) {
            weights[v.terms()[i]] = v.weights()[i];
        }
        float[] scores = new float[material.literal.size()];
        for (int d = 0; d < scores.length; d++) {
            SparseVector document = material.literal.get(d);
            for (int i = 0; i < document.size(); i++) {
                scores[d] += weights[document.terms()[i]] * document.weights()[i];
            }
        }
        return scores;
    }

    @Override
    public int size() {
        return recipe.batch();
    }

    @Override
    public int count() {
        return material.queries.size();
    }

    @Override
    public long epoch() {
        return drawn / material.queries.size();
    }

    @Override
    public String fingerprint() {
        CRC32C sum = new CRC32C();
        material.queries.forEach(q -> sum.update((q.document() + " " + q.text()).getBytes(StandardCharsets.UTF_8)));
        return material.queries.size() + " queries by " + recipe.batch() + " for " + material.literal.size() + " documents, " + Long.toHexString(sum.getValue());
    }

    @Override
    public void save(StateWriter out) {
        out.put("drawn", drawn);
        out.put("rng", rng.state());
    }

    @Override
    public void load(StateReader in) {
        drawn = in.integer("drawn");
        rng.restore(in.integer("rng"));
    }
}
