package dev.filigree.app.studies;

import dev.filigree.app.data.KnownData;
import dev.filigree.app.encode.Collection;
import dev.filigree.app.encode.EncoderRun;
import dev.filigree.app.encode.PlantedTexts;
import dev.filigree.app.encode.Ranked;
import dev.filigree.app.report.BarPlot;
import dev.filigree.app.report.Plot;
import dev.filigree.app.sparsify.Source;
import dev.filigree.base.UserError;
import dev.filigree.encode.EncoderCorpus;
import dev.filigree.encode.EncoderRecipe;
import dev.filigree.encode.EncoderTraining;
import dev.filigree.encode.Teacher;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.io.StoredEncoder;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import dev.filigree.retrieve.Bm25;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Sparse encoders trained on judged collections whose judgements they do not see. The full form takes minilm with Cranfield and
 * CACM; the quick form, which is to need no file, made-up texts with a small model that knows which words mean the same.
 *
 * @param lexical what BM25 does
 */
record SparseRetrieval(String name, Collection collection, SentenceEncoder model, EncoderCorpus corpus, Ranked lexical) {

    private static final int LONGEST = 128;
    private static final int MADE = 240;
    private static final int MADE_QUERIES = 60;

    /** What the encoders of a study say of its claim on a collection, by the names of its rivals. */
    @FunctionalInterface
    interface Judge {
        List<Verdict> of(SparseRetrieval collection, Map<String, List<Ranked>> found);
    }

    /** Trains an encoder of each recipe, as it is typed, with every seed on each collection in turn: a table, a plot and verdicts of each. */
    static Study.Findings compare(Lab lab, Map<String, String> recipes, Judge judge) {
        List<Table> tables = new ArrayList<>();
        List<Plot> plots = new ArrayList<>();
        List<Verdict> verdicts = new ArrayList<>();
        each(lab, c -> {
            Map<String, List<Ranked>> found = c.train(lab, recipes);
            tables.add(c.table(found));
            plots.add(c.plot(found));
            verdicts.addAll(judge.of(c, found));
        });
        return new Study.Findings(tables, plots, verdicts);
    }

    private static void each(Lab lab, Consumer<SparseRetrieval> body) {
        if (lab.quick()) {
            try (StoredEncoder stored = PlantedTexts.model()) {
                open("made up", PlantedTexts.collection(MADE, MADE_QUERIES, 1), "standard", stored, lab, body);
            }
            return;
        }
        Path folder = folder();
        try (Source source = Source.open("minilm", "")) {
            Path cranfield = folder.resolve("cranfield");
            open("Cranfield", Collection.read(cranfield.resolve("cran.all.1400"), cranfield.resolve("cran.qry"), cranfield.resolve("cranqrel")), "english", source.stored(), lab, body);
            open("CACM", Collection.read(folder.resolve("cacm.tar.gz"), folder.resolve("topics.cacm.txt"), folder.resolve("qrels.cacm.txt")), "english", source.stored(), lab, body);
        }
    }

    private static Path folder() {
        String data = System.getenv(KnownData.FOLDER);
        Path folder = Path.of(data == null ? "data" : data).resolve("ir");
        if (!Files.isDirectory(folder)) {
            throw new UserError(folder + ": there is no such folder; expected CACM and Cranfield with their judgements there; " + KnownData.FOLDER + " says where data is");
        }
        return folder;
    }

    private static void open(String name, Collection collection, String analyzer, StoredEncoder stored, Lab lab, Consumer<SparseRetrieval> body) {
        lab.uses(name, name + ": " + collection.texts().size() + " documents, " + collection.queries().size() + " judged queries");
        try (SentenceEncoder model = SentenceEncoder.of(stored, lab.compute().parallel().threads())) {
            Bm25 lexical = EncoderRun.lexical(collection.texts(), analyzer);
            EncoderCorpus corpus = new EncoderCorpus(model, stored.tokenizer(), lexical, collection.texts(), LONGEST, (what, done, all) -> { });
            body.accept(new SparseRetrieval(name, collection, model, corpus, Ranked.of(lexical, corpus.literal(), collection)));
        }
    }

    private Map<String, List<Ranked>> train(Lab lab, Map<String, String> recipes) {
        Map<String, LongFunction<Ranked>> rivals = new LinkedHashMap<>();
        recipes.forEach((rival, recipe) -> rivals.put(rival, seed -> trained(EncoderRecipe.SHELF.make(recipe), seed)));
        return lab.each(rivals, r -> String.format(Locale.ROOT, "%s: ndcg@10 %.4f with %.0f entries a document", name, r.ndcg(), r.postings()));
    }

    private Ranked trained(EncoderRecipe recipe, long seed) {
        try (EncoderTraining training = new EncoderTraining(recipe, corpus, EnumSet.allOf(Teacher.class), seed)) {
            training.loop().run((step, steps, loss, batch, seconds) -> { });
            return Ranked.of(training.encoder(), corpus.encoded(training.encoder()), collection);
        }
    }

    private Table table(Map<String, List<Ranked>> found) {
        Table table = new Table(name, Column.text("encoder"), Column.number("ndcg@10", 4), Column.number("+-", 4), Column.number("map", 4), Column.number("recall@100", 4),
                Column.number("entries", 1), Column.number("times BM25's", 2), Column.number("products", 2));
        List<Map.Entry<String, List<Ranked>>> all = new ArrayList<>(List.of(Map.entry("BM25", List.of(lexical))));
        all.addAll(found.entrySet());
        all.forEach(e -> table.row(e.getKey(), ndcg(e.getValue()).mean(), ndcg(e.getValue()).spread(), Numbers.of(e.getValue(), Ranked::map).mean(), Numbers.of(e.getValue(), Ranked::recall).mean(),
                Numbers.of(e.getValue(), Ranked::postings).mean(), Numbers.of(e.getValue(), Ranked::postings).mean() / lexical.postings(), Numbers.of(e.getValue(), Ranked::flops).mean()));
        return table;
    }

    private Plot plot(Map<String, List<Ranked>> found) {
        List<BarPlot.Bar> bars = new ArrayList<>(List.of(new BarPlot.Bar("BM25", 0, lexical.ndcg(), "")));
        found.forEach((rival, all) -> bars.add(new BarPlot.Bar(rival, 1, ndcg(all).mean(), "")));
        return new BarPlot("ndcg@10, " + name, "", 4, List.of(new BarPlot.Group("", bars)));
    }

    /** By how much one of the rivals finds more than another, seed by seed. */
    static Numbers gain(Map<String, List<Ranked>> found, String one, String other) {
        return ndcg(found.get(one)).minus(ndcg(found.get(other)));
    }

    private static Numbers ndcg(List<Ranked> all) {
        return Numbers.of(all, Ranked::ndcg);
    }

    /** How much better than BM25, seed by seed. */
    Numbers overLexical(List<Ranked> all) {
        return Numbers.of(all, r -> r.ndcg() - lexical.ndcg());
    }
}
