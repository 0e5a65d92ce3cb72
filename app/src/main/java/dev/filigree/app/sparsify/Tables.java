package dev.filigree.app.sparsify;

import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tables of a run, for terminal and page. */
final class Tables {

    private Tables() {
    }

    static List<Table> all(Outcome o) {
        return o.layers().isEmpty() ? List.of(sizes(o), quality(o), speed(o)) : List.of(sizes(o), quality(o), speed(o), layers(o));
    }

    static Table sizes(Outcome o) {
        Table t = new Table("Sparsity and size", Column.text("what"), Column.text("dense"), Column.text("sparse"), Column.ratio("ratio"));
        boolean cut = o.layers().isEmpty();
        t.row(cut ? "share to take out" : "sparsity of prunable weights, asked", "0 %", percent(o.asked()), null);
        t.row(cut ? "share of the layers' parameters taken out" : "sparsity of prunable weights, achieved", "0 %", percent(o.achieved()), null);
        t.row(cut ? "share of all parameters taken out" : "sparsity of all parameters", "0 %", percent(o.achievedOfAll()), null);
        if (!cut) {
            double positions = o.layers().stream().mapToDouble(l -> (double) l.rows() * l.cols()).sum();
            double bits = Byte.SIZE * o.layers().stream().mapToDouble(Outcome.Layer::bytes).sum() / positions;
            t.row("resident bits for each position of prunable weights", Integer.toString(Float.SIZE), String.format(java.util.Locale.ROOT, "%.2f", bits), Float.SIZE / bits);
        }
        bytes(t, "bytes on disk", o.diskBytes());
        bytes(t, "resident bytes of weights", o.residentBytes());
        return t;
    }

    private static void bytes(Table t, String what, Map<String, Long> bytes) {
        long dense = bytes.get(SparsifyRun.DENSE);
        long sparse = bytes.get(SparsifyRun.SPARSE);
        t.row(what, dev.filigree.report.Units.bytes(dense), dev.filigree.report.Units.bytes(sparse), dense / (double) sparse);
    }

    static Table quality(Outcome o) {
        return switch (o.last()) {
            case Closeness _ -> closeness(o);
            case Foresight _ -> foresight(o);
            case Retrieval _ -> retrieval(o);
        };
    }

    private static Table closeness(Outcome o) {
        Quality dense = o.quality().get(SparsifyRun.DENSE);
        Table t = new Table("Quality on sentences never calibrated or trained on", Column.text("model"), Column.number("cosine, held-out", 4),
                Column.number("cosine, pairs", 4), Column.number("Spearman", 4), Column.percent("of dense", 1));
        o.quality().forEach((name, q) -> {
            Closeness c = (Closeness) q;
            t.row(name, c.cosine(), c.pairCosine(), c.spearman(), c.kept(dense));
        });
        return t;
    }

    private static Table foresight(Outcome o) {
        Quality dense = o.quality().get(SparsifyRun.DENSE);
        Table t = new Table("Foresight on text never calibrated or trained on", Column.text("model"), Column.number("loss", 4), Column.number("perplexity", 3),
                Column.ratio("over dense"));
        o.quality().forEach((name, q) -> {
            Foresight f = (Foresight) q;
            t.row(name, f.loss(), f.perplexity(), 1 / f.kept(dense));
        });
        return t;
    }

    private static Table retrieval(Outcome o) {
        Quality dense = o.quality().get(SparsifyRun.DENSE);
        Table t = new Table("Quality: agreement on documents never calibrated or trained on, and judged queries", Column.text("model"), Column.number("agreement", 4),
                Column.number("ndcg@10", 4), Column.number("over BM25", 4), Column.number("recall@100", 4), Column.percent("of dense", 1));
        o.quality().forEach((name, q) -> {
            Retrieval r = (Retrieval) q;
            t.row(name, r.agreement(), r.ndcg(), r.ndcg() - r.words(), r.recall(), r.kept(dense));
        });
        return t;
    }

    static Table speed(Outcome o) {
        Map<String, Double> dense = new LinkedHashMap<>();
        o.speed().stream().filter(r -> r.name().equals(SparsifyRun.DENSE)).forEach(r -> dense.put(r.batch() + "x" + r.length(), r.median()));
        boolean tokens = o.last() instanceof Foresight;
        Table t = new Table("Speed, " + o.run().threads() + " threads" + (tokens ? "; 1 x 1 is a token that is added, the other a prompt" : ""), Column.text("contender"), Column.text("batch x tokens"),
                Column.number(o.last().counts() + "/s", 1), Column.ratio("over our dense"), Column.percent("spread", 0));
        for (Speed.Result r : o.speed()) {
            t.row(r.name(), r.batch() + " x " + r.length(), r.median() * (tokens ? r.length() : 1), r.median() / dense.getOrDefault(r.batch() + "x" + r.length(), Double.NaN), r.spread());
        }
        o.absent().forEach((name, why) -> t.row(name, "not measured: " + why, null, null, null));
        return t;
    }

    static Table layers(Outcome o) {
        List<Column> columns = new ArrayList<>(List.of(Column.text("weight"), Column.text("shape"), Column.percent("sparsity", 1), Column.text("runs as"),
                Column.number("dense us", 0), Column.number("chosen us", 0), Column.ratio("speed-up")));
        Table t = new Table("Layers: the faster of sparse and dense on this machine", columns.toArray(Column[]::new));
        for (Outcome.Layer l : o.layers()) {
            t.row(l.name(), l.rows() + " x " + l.cols(), l.sparsity(), l.layout(), l.dense(), l.chosen(), l.dense() / l.chosen());
        }
        return t;
    }

    private static String percent(double share) {
        return String.format(java.util.Locale.ROOT, "%.2f %%", 100 * share);
    }
}
