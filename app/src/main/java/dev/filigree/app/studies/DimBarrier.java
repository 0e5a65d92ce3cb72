package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.base.Rng;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Bangachev et al. 2026: how many dimensions unit vectors need so that every two documents have a query that finds just them. */
final class DimBarrier implements Study {

    private static final int K = 2;
    /** The largest margin with as many dimensions as one likes: documents {@code (a e_i, b)}, queries {@code (alpha sum e_i, -beta)}, at their best. */
    private static final double CEILING = 1 / (1 + 2 * Math.sqrt(K));
    private static final double SHARE = 0.5;
    private static final String SIGMOID = "sigmoid";
    private static final List<String> SOFTMAX = List.of("InfoNCE, scale 20", "InfoNCE, scale 40");

    /** Margins by number of documents, then dimensions. */
    private record Reached(PairEmbeddings.Margin[][] margins) {

        /** Dimensions at which a share of the ceiling is reached, between two of them along the logarithm; four times the last where it never is. */
        double dimensions(int n, List<Integer> ladder) {
            for (int i = 0; i < ladder.size(); i++) {
                double here = margins[n][i].zero();
                if (here >= SHARE * CEILING) {
                    double before = i == 0 ? here : margins[n][i - 1].zero();
                    double part = before >= SHARE * CEILING ? 1 : (SHARE * CEILING - before) / (here - before);
                    return Math.exp(Math.log(ladder.get(Math.max(0, i - 1))) * (1 - part) + Math.log(ladder.get(i)) * part);
                }
            }
            return 4 * ladder.getLast();
        }
    }

    @Override
    public Claim claim() {
        return new Claim("dim-barrier", "Bangachev et al. 2026, Is Dimensionality a Barrier for Retrieval Models?, arXiv:2605.23556",
                "Unit vectors of order k log(n/k) dimensions are enough for queries that find any k of n documents with a margin of order 1/sqrt(k), so that dimensions grow with the logarithm of the collection; "
                        + "and the sigmoid loss finds far larger margins than InfoNCE.",
                "All pairs of 50 to 200 documents (k = 2), a query for each pair made of vectors of its documents for queries; trained as long for each document, then judged on every query. InfoNCE with two scales of inner products.",
                "steps and queries", "twice as many dimensions for each k log(n/k) with four times the documents, or InfoNCE's margin as large", 6);
    }

    @Override
    public Findings run(Lab lab) {
        List<Integer> documents = lab.quick() ? List.of(20, 40) : List.of(50, 100, 200);
        List<Integer> ladder = lab.quick() ? List.of(8, 16) : List.of(16, 32, 64, 128);
        int visits = (int) lab.choose(4, 15);
        Map<String, LongFunction<Reached>> rivals = new LinkedHashMap<>();
        rivals.put(SIGMOID, seed -> reach(lab, PairEmbeddings.Loss.SIGMOID, 80, documents, ladder, visits, seed));
        rivals.put(SOFTMAX.get(0), seed -> reach(lab, PairEmbeddings.Loss.INFO_NCE, 20, documents, ladder, visits, seed));
        rivals.put(SOFTMAX.get(1), seed -> reach(lab, PairEmbeddings.Loss.INFO_NCE, 40, documents, ladder, visits, seed));
        Map<String, List<Reached>> found = lab.each(rivals, r -> String.format(Locale.ROOT, "margin %.3f", r.margins[0][ladder.size() - 1].zero()));
        return new Findings(List.of(table("Margin around zero; no dimension reaches more than " + String.format(Locale.ROOT, "%.3f", CEILING), documents, ladder, found, PairEmbeddings.Margin::zero),
                table("Half the gap between a query's documents and the best other, wherever it lies", documents, ladder, found, PairEmbeddings.Margin::between), needed(documents, ladder, found)),
                List.of(plot(documents, ladder, found)), verdicts(documents, ladder, found));
    }

    private static Reached reach(Lab lab, PairEmbeddings.Loss loss, double hard, List<Integer> documents, List<Integer> ladder, int visits, long seed) {
        PairEmbeddings.Margin[][] margins = new PairEmbeddings.Margin[documents.size()][ladder.size()];
        int cells = documents.size() * ladder.size();
        lab.compute().parallel().run(cells, task -> {
            int cell = cells - 1 - task; // the longest first
            int n = documents.get(cell / ladder.size());
            int d = ladder.get(cell % ladder.size());
            Rng rng = new Rng(seed).split(n + " documents, " + d + " dimensions");
            PairEmbeddings embeddings = new PairEmbeddings(n, d, rng.split("birth"));
            embeddings.train(loss, hard, visits * n, rng.split("queries"));
            margins[cell / ladder.size()][cell % ladder.size()] = embeddings.margin();
        });
        return new Reached(margins);
    }

    private static Table table(String title, List<Integer> documents, List<Integer> ladder, Map<String, List<Reached>> found, ToDoubleFunction<PairEmbeddings.Margin> which) {
        List<Column> columns = new ArrayList<>(List.of(Column.text("loss"), Column.count("documents")));
        ladder.forEach(d -> columns.add(Column.number("d = " + d, 3)));
        columns.add(Column.number("deviation of the last", 3));
        Table table = new Table(title, columns.toArray(Column[]::new));
        found.forEach((name, all) -> IntStream.range(0, documents.size()).forEach(n -> {
            List<Object> row = new ArrayList<>(List.of(name, documents.get(n)));
            IntStream.range(0, ladder.size()).forEach(d -> row.add(margin(all, n, d, which).mean()));
            row.add(margin(all, n, ladder.size() - 1, which).spread());
            table.row(row.toArray());
        }));
        return table;
    }

    private static Table needed(List<Integer> documents, List<Integer> ladder, Map<String, List<Reached>> found) {
        Table table = new Table("Dimensions for half of the largest margin, sigmoid (" + 4 * ladder.getLast() + ": never)", Column.count("documents"), Column.number("k ln(n/k)", 1), Column.number("dimensions", 1), Column.number("for each k ln(n/k)", 2));
        for (int n = 0; n < documents.size(); n++) {
            int at = n;
            double dimensions = Numbers.of(found.get(SIGMOID), r -> r.dimensions(at, ladder)).mean();
            table.row(documents.get(n), order(documents.get(n)), dimensions, dimensions / order(documents.get(n)));
        }
        return table;
    }

    private static double order(int n) {
        return K * Math.log((double) n / K);
    }

    private static Numbers margin(List<Reached> all, int n, int d, ToDoubleFunction<PairEmbeddings.Margin> which) {
        return Numbers.of(all, r -> which.applyAsDouble(r.margins[n][d]));
    }

    private static List<Verdict> verdicts(List<Integer> documents, List<Integer> ladder, Map<String, List<Reached>> found) {
        int last = documents.size() - 1;
        int wide = ladder.size() - 1;
        List<Verdict> verdicts = new ArrayList<>();
        verdicts.add(Verdict.above("the logarithm of n is enough: with more documents less than twice the dimensions for each k ln(n/k) (logarithm to spare)", 0,
                Numbers.of(found.get(SIGMOID), r -> Math.log(2) - Math.log(r.dimensions(last, ladder) / order(documents.get(last)) / (r.dimensions(0, ladder) / order(documents.getFirst()))))));
        for (String softmax : SOFTMAX) {
            verdicts.add(Verdict.above("sigmoid has a larger margin than " + softmax, 0,
                    margin(found.get(SIGMOID), last, wide, PairEmbeddings.Margin::zero).minus(margin(found.get(softmax), last, wide, PairEmbeddings.Margin::zero))));
            verdicts.add(Verdict.above("sigmoid has a larger margin than " + softmax + " also where zero may lie anywhere for each query", 0,
                    margin(found.get(SIGMOID), last, wide, PairEmbeddings.Margin::between).minus(margin(found.get(softmax), last, wide, PairEmbeddings.Margin::between))));
        }
        return verdicts;
    }

    private static LinePlot plot(List<Integer> documents, List<Integer> ladder, Map<String, List<Reached>> found) {
        List<LinePlot.Series> series = new ArrayList<>();
        for (int n = 0; n < documents.size(); n++) {
            int at = n;
            series.add(new LinePlot.Series(documents.get(n) + " documents",
                    IntStream.range(0, ladder.size()).mapToObj(d -> new LinePlot.Point(ladder.get(d) / order(documents.get(at)), margin(found.get(SIGMOID), at, d, PairEmbeddings.Margin::zero).mean())).toList()));
        }
        return new LinePlot("Margin, sigmoid", "dimensions for each k ln(n/k)", "margin", series, List.of(new LinePlot.Level("ceiling", CEILING)));
    }
}
