package dev.filigree.retrieve;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.io.DType;
import dev.filigree.io.TensorSpool;
import dev.filigree.kernel.SparseDots;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongConsumer;

/** Builds the lists of a {@link Seismic} index, several at a time, and writes them in order: the same bits on any number of threads. */
final class SeismicBuild {

    /** Lists that are made before they are written. */
    private static final int BATCH = 64;

    private final ForwardIndex index;
    private final SeismicSettings settings;
    private final Parallel parallel;
    private final KeptPostings kept;
    private final Heaviest heaviest;
    private final Pool<Blocks> blocks;
    private final Pool<Summaries> summaries;
    private final Rng rng;

    SeismicBuild(ForwardIndex index, SeismicSettings settings, Parallel parallel) {
        this.index = index;
        this.settings = settings;
        this.parallel = parallel;
        this.kept = new KeptPostings(index, settings);
        this.heaviest = new Heaviest(index, settings.heaviest(), parallel);
        this.blocks = new Pool<>(() -> new Blocks(index, heaviest, settings));
        this.summaries = new Pool<>(() -> new Summaries(index, heaviest, settings.energy()));
        this.rng = new Rng(settings.seed()).split("blocks");
    }

    void write(Path file, long memory, LongConsumer progress) {
        long most = Math.max(1, memory / KeptPostings.BYTES);
        try (Output out = new Output(file)) {
            for (int from = 0, to; from < index.vocabulary(); from = to) {
                long postings = 0;
                for (to = from; to < index.vocabulary() && (to == from || postings + kept.count(to) <= most); to++) {
                    postings += kept.count(to);
                }
                range(from, to, out, progress);
            }
            out.finish(Map.of("kind", "seismic", "vocabulary", Integer.toString(index.vocabulary()), "settings", settings.toString()));
        }
    }

    private void range(int from, int to, Output out, LongConsumer progress) {
        try (KeptPostings.Range range = kept.new Range(from, to, parallel)) {
            for (int first = from; first < to; first += BATCH) {
                ListOfBlocks[] lists = new ListOfBlocks[Math.min(BATCH, to - first)];
                int begin = first;
                parallel.run(lists.length, i -> lists[i] = list(range, begin + i));
                for (ListOfBlocks list : lists) {
                    out.add(list);
                }
                progress.accept(first + lists.length);
            }
        }
    }

    private ListOfBlocks list(KeptPostings.Range range, int term) {
        int[] documents = range.documents(term);
        Blocks b = blocks.take();
        int[] block = b.of(documents, rng.split(Integer.toString(term)));
        blocks.give(b);
        Summaries s = summaries.take();
        ListOfBlocks list = s.of(documents, block);
        summaries.give(s);
        return list;
    }

    /** The tensors of the file. Numbers count over all lists. */
    private static final class Output implements AutoCloseable {

        private final TensorSpool spool;
        private final TensorSpool.Part lists;
        private final TensorSpool.Part ends;
        private final TensorSpool.Part documents;
        private final TensorSpool.Part scales;
        private final TensorSpool.Part directories;
        private final TensorSpool.Part buckets;
        private final TensorSpool.Part entries;
        private int blockCount;
        private int documentCount;
        private int bucketCount;
        private int entryCount;

        Output(Path file) {
            spool = new TensorSpool(file);
            lists = spool.part("lists", DType.I32);
            ends = spool.part("ends", DType.I32);
            documents = spool.part("documents", DType.I32);
            scales = spool.part("scales", DType.F32);
            directories = spool.part("directories", DType.I32);
            buckets = spool.part("buckets", DType.I32);
            entries = spool.part("entries", DType.U8);
            for (TensorSpool.Part p : new TensorSpool.Part[] {lists, ends, directories, buckets}) {
                p.add(0);
            }
        }

        void add(ListOfBlocks list) {
            for (int end : list.ends()) {
                ends.add(documentCount + end);
            }
            for (int d : list.documents()) {
                documents.add(d);
            }
            for (int bucket : list.buckets()) {
                buckets.add(Math.addExact(entryCount, bucket));
            }
            entries.add(MemorySegment.ofArray(list.entries()));
            scales.add(list.scale());
            blockCount += list.ends().length;
            documentCount += list.documents().length;
            bucketCount += list.buckets().length;
            entryCount += list.entries().length / SparseDots.ENTRY;
            lists.add(blockCount);
            directories.add(bucketCount);
        }

        void finish(Map<String, String> metadata) {
            entries.add(MemorySegment.ofArray(new byte[SparseDots.PADDING]));
            spool.finish(metadata);
        }

        @Override
        public void close() {
            spool.close();
        }
    }
}
