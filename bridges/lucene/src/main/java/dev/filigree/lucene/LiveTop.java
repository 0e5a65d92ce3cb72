package dev.filigree.lucene;

import dev.filigree.retrieve.Live;
import java.io.IOException;
import java.util.Collection;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Collector;
import org.apache.lucene.search.CollectorManager;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollector;
import org.apache.lucene.search.TopScoreDocCollectorManager;

/** Collects the best documents that live; how many match at all is not counted, so that Lucene may skip. */
final class LiveTop implements CollectorManager<LiveTop.Living, TopDocs> {

    private final TopScoreDocCollectorManager top;
    private final Live live;

    LiveTop(int k, Live live) {
        this.top = new TopScoreDocCollectorManager(k, null, 0);
        this.live = live;
    }

    @Override
    public Living newCollector() {
        return new Living(top.newCollector(), live);
    }

    @Override
    public TopDocs reduce(Collection<Living> parts) throws IOException {
        return top.reduce(parts.stream().map(Living::all).toList());
    }

    /** Hands on the documents that live. */
    record Living(TopScoreDocCollector all, Live live) implements Collector {

        @Override
        public ScoreMode scoreMode() {
            return all.scoreMode();
        }

        @Override
        public LeafCollector getLeafCollector(LeafReaderContext segment) throws IOException {
            LeafCollector leaf = all.getLeafCollector(segment);
            return live == Live.ALL ? leaf : new LeafCollector() {

                @Override
                public void setScorer(Scorable scorer) throws IOException {
                    leaf.setScorer(scorer);
                }

                @Override
                public void collect(int document) throws IOException {
                    if (live.has(segment.docBase + document)) {
                        leaf.collect(document);
                    }
                }
            };
        }
    }
}
