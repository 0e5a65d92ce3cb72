package dev.filigree.app.studies;

import dev.filigree.app.train.Relay;
import dev.filigree.app.train.Shrink.Shrunk;
import dev.filigree.model.Network;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.List;
import java.util.Map;

/** What the studies share in which networks lose channels for good. */
final class Shrinking {

    private static final int RACE_BATCH = 64;
    private static final double MICROS = 1e6;

    private Shrinking() {
    }

    /** One row for each rival; the first is what times are compared with. */
    static Table table(String title, Lab lab, Relay relay, Map<String, List<Shrunk>> found) {
        List<Network> first = found.values().stream().map(all -> all.getFirst().left()).toList();
        List<Double> seconds = relay.race(first, RACE_BATCH, lab.quick() ? 4 : 60);
        Table t = new Table(title, Column.text("rival"), Column.count("channels"), Column.number("not zero before", 1), Column.count("weights"), Column.count("multiply-adds an image"),
                Column.percent("accuracy whole", 2), Column.percent("when cut", 2), Column.percent("at the end", 2), Column.percent("deviation", 2), Column.number("us an image", 1),
                Column.ratio("times as fast"));
        int i = 0;
        for (Map.Entry<String, List<Shrunk>> e : found.entrySet()) {
            List<Shrunk> all = e.getValue();
            boolean cut = all.getFirst().whole() != null;
            Network n = first.get(i);
            t.row(e.getKey(), all.getFirst().channels(), cut ? (Double) Numbers.of(all, Shrunk::alive).mean() : null, n.positions(), Math.round(relay.multiplyAdds(n)), uncut(all).mean(),
                    cut ? (Double) cut(all).mean() : null, right(all).mean(), right(all).spread(), MICROS * seconds.get(i), seconds.getFirst() / seconds.get(i));
            i++;
        }
        return t;
    }

    static Numbers right(List<Shrunk> all) {
        return Numbers.of(all, Shrunk::right);
    }

    static Numbers uncut(List<Shrunk> all) {
        return Numbers.of(all, Shrunk::uncut);
    }

    static Numbers cut(List<Shrunk> all) {
        return Numbers.of(all, Shrunk::cut);
    }
}
