package dev.filigree.app.studies;

import dev.filigree.app.KnownModel;
import dev.filigree.app.data.KnownData;
import dev.filigree.app.report.BarPlot;
import dev.filigree.app.sparsify.Source;
import dev.filigree.base.Rng;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.lucene.LuceneAnalysis;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.retrieve.Bm25;
import dev.filigree.retrieve.ForwardIndex;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.Inverted;
import dev.filigree.retrieve.Live;
import dev.filigree.retrieve.Searcher;
import dev.filigree.retrieve.TermAtATime;
import dev.filigree.retrieve.feedback.DenseVectors;
import dev.filigree.retrieve.feedback.Feedback;
import dev.filigree.retrieve.feedback.Interpolation;
import dev.filigree.retrieve.feedback.Placement;
import dev.filigree.retrieve.judged.Evaluation;
import dev.filigree.retrieve.judged.Measure;
import dev.filigree.retrieve.judged.PairedTest;
import dev.filigree.retrieve.judged.Run;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Li et al. 2022: where a sparse ranking is best mixed into dense search with feedback. */
final class InterpolatePrf implements Study {

    private static final int DEPTH = 1000;
    private static final int DIMENSIONS = 64; // of random word vectors
    private static final List<Measure> MEASURES = List.of(Measure.named("ndcg@10"), Measure.named("map"), Measure.named("mrr@10"), Measure.named("recall@100"));
    private static final Feedback FEEDBACK = Feedback.mean(3);
    private static final Interpolation HALVES = new Interpolation(0.5, true);
    private static final String MIXED = "mixed, no feedback";
    private static final String BOTH = "feedback, mixed both";

    /** What one way finds for a query. */
    @FunctionalInterface
    private interface Way {
        Hits search(float[] dense, Hits sparse);
    }

    @Override
    public Claim claim() {
        return new Claim("interpolate-prf", "Li et al. 2022, To Interpolate or not to Interpolate, arXiv:2205.00235; Li et al. 2021, arXiv:2108.11044",
                "Dense search with feedback (the mean of the query and the first documents' vectors) is best mixed with a sparse ranking both before and after feedback.",
                "minilm's embeddings, the mean of the query and 3 documents, BM25 as the sparse ranking, halves of scaled scores, 1000 documents deep, on Cranfield and CACM where FILIGREE_DATA has them, else on bundled "
                        + "pairs of sentences. A seed is a sample of the queries with replacement. The quick form embeds with random word vectors.",
                "documents looked at", "mixing before, after, or without feedback at least as good as both", 3);
    }

    @Override
    public Findings run(Lab lab) {
        if (lab.quick()) {
            return findings(lab, List.of(JudgedCollection.pairs(4)), InterpolatePrf::words);
        }
        try (Source source = Source.open(KnownModel.MINILM.label(), ""); SentenceEncoder encoder = SentenceEncoder.of(source.stored(), lab.compute().parallel().threads())) {
            return findings(lab, JudgedCollection.all(System.getenv(KnownData.FOLDER)), encoder::embed);
        }
    }

    private static Findings findings(Lab lab, List<JudgedCollection> collections, Function<List<String>, float[][]> encoder) {
        List<Table> tables = new ArrayList<>();
        List<BarPlot.Group> bars = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        for (JudgedCollection c : collections) {
            lab.uses(c.name(), c.name() + ": " + c.texts().size() + " documents, " + c.queries().size() + " judged queries");
            Map<String, Evaluation> judged = judged(c, encoder);
            tables.add(table(c, judged));
            bars.add(new BarPlot.Group(c.name(), judged.entrySet().stream().map(e -> new BarPlot.Bar(e.getKey(), 0, 100 * e.getValue().mean(0), "")).toList()));
            verdicts.addAll(verdicts(lab, c, judged));
        }
        return new Findings(tables, List.of(new BarPlot("nDCG@10", "per cent", 2, bars)), verdicts);
    }

    private static Map<String, Evaluation> judged(JudgedCollection c, Function<List<String>, float[][]> encoder) {
        DenseVectors documents = DenseVectors.of(Arrays.asList(encoder.apply(c.texts())));
        List<String> queries = List.copyOf(c.queries().keySet());
        float[][] dense = encoder.apply(List.copyOf(c.queries().values()));
        Bm25 bm25 = Bm25.of(c.texts(), LuceneAnalysis.ENGLISH, Bm25.K1, Bm25.B, 1 << 16);
        Searcher lexical = new TermAtATime(Inverted.of(ForwardIndex.of(bm25.vocabulary().size(), bm25.documents(c.texts()))));
        List<Hits> sparse = c.queries().values().stream().map(text -> lexical.search(bm25.query(text), DEPTH)).toList();
        Map<String, Evaluation> judged = new LinkedHashMap<>();
        ways(documents).forEach((name, way) -> {
            Map<String, List<Run.Found>> run = new LinkedHashMap<>();
            for (int q = 0; q < dense.length; q++) {
                Hits hits = way.search(dense[q], sparse.get(q));
                run.put(queries.get(q), IntStream.range(0, hits.size()).mapToObj(i -> new Run.Found(c.ids().get(hits.documents()[i]), hits.scores()[i])).toList());
            }
            judged.put(name, Evaluation.of(new Run(run), c.judgements(), MEASURES, false));
        });
        return judged;
    }

    private static Map<String, Way> ways(DenseVectors documents) {
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("BM25", (_, sparse) -> sparse);
        ways.put("dense", (query, _) -> documents.search(query, DEPTH, Live.ALL));
        ways.put(MIXED, (query, sparse) -> HALVES.of(documents.search(query, DEPTH, Live.ALL), sparse, DEPTH));
        for (Placement p : Placement.values()) {
            ways.put(p == Placement.NONE ? "feedback" : "feedback, mixed " + p.name().toLowerCase(Locale.ROOT),
                    (query, sparse) -> p.search(documents, query, sparse, FEEDBACK, HALVES, DEPTH, Live.ALL));
        }
        return ways;
    }

    private static Table table(JudgedCollection c, Map<String, Evaluation> judged) {
        List<Column> columns = new ArrayList<>(List.of(Column.text("way")));
        MEASURES.forEach(m -> columns.add(Column.number(m.name(), 4)));
        columns.add(Column.number("nDCG@10 below both", 4));
        columns.add(Column.number("p (randomised)", 4));
        Table table = new Table(c.name() + ", " + c.texts().size() + " documents, " + judged.get(BOTH).queries().size() + " queries", columns.toArray(Column[]::new));
        judged.forEach((name, e) -> {
            List<Object> row = new ArrayList<>(List.of(name));
            IntStream.range(0, MEASURES.size()).forEach(m -> row.add(e.mean(m)));
            PairedTest test = PairedTest.of(differences(judged, BOTH, name), new Rng(1).split(name));
            row.add(name.equals(BOTH) ? null : test.mean());
            row.add(name.equals(BOTH) ? null : test.randomised());
            table.row(row.toArray());
        });
        return table;
    }

    private static double[] differences(Map<String, Evaluation> judged, String one, String other) {
        double[] differences = judged.get(one).of(0);
        double[] others = judged.get(other).of(0);
        Arrays.setAll(differences, q -> differences[q] - others[q]);
        return differences;
    }

    /** How much better both is, on another sample of the queries for each seed. */
    private static List<Verdict> verdicts(Lab lab, JudgedCollection c, Map<String, Evaluation> judged) {
        Map<String, LongFunction<Double>> rivals = new LinkedHashMap<>();
        for (String other : judged.keySet()) {
            if (!other.equals(BOTH)) {
                double[] differences = differences(judged, BOTH, other);
                rivals.put(other, seed -> {
                    Rng sample = new Rng(seed).split("queries");
                    return IntStream.range(0, differences.length).mapToDouble(_ -> differences[sample.nextInt(differences.length)]).average().orElseThrow();
                });
            }
        }
        List<Verdict> verdicts = new ArrayList<>();
        lab.each(rivals, d -> String.format(Locale.ROOT, "%+.4f", -d)).forEach((name, all) ->
                verdicts.add(Verdict.above(c.name() + ": mixing before and after beats " + name + " (nDCG@10)", 0, Numbers.of(all, d -> d))));
        return verdicts;
    }

    /** The mean of random word vectors: knows which texts share words. */
    private static float[][] words(List<String> texts) {
        Rng rng = new Rng(0);
        return texts.stream().map(text -> {
            float[] sum = new float[DIMENSIONS];
            for (String word : LuceneAnalysis.STANDARD.apply(text)) {
                Rng own = rng.split(word);
                for (int i = 0; i < DIMENSIONS; i++) {
                    sum[i] += (float) own.nextGaussian();
                }
            }
            double length = Math.sqrt(IntStream.range(0, DIMENSIONS).mapToDouble(i -> (double) sum[i] * sum[i]).sum());
            for (int i = 0; i < DIMENSIONS; i++) {
                sum[i] /= (float) Math.max(length, 1e-6);
            }
            return sum;
        }).toArray(float[][]::new);
    }
}
