package dev.filigree.encode;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Axis;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Catalog.Settings;
import dev.filigree.base.Catalog.Shelf;
import dev.filigree.base.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a sparse encoder is made of (Nguyen et al. 2023, arXiv:2303.13416). Methods that have a name are values.
 *
 * @param document    how terms of documents get their weights
 * @param query       the same for queries; {@link Side#BINARY} needs no model to turn a query into its vector
 * @param weighted    whether the terms of a binary query weigh their idf instead of 1
 * @param lesson      what is learned
 * @param regularizer what keeps vectors sparse
 * @param lambda      its weight at last; it grows as {@code lambda min(1, 2 t / T)^2} over T steps
 * @param literal     whether the weights that BM25 gives to a document are added to those that are learned: a literal residual (PROSPER)
 * @param postings    most entries of an average document, as a multiple of its different words; 0 for any number. What is learned is cut
 *                    to a window of the terms that matter most, {@code idf_v d_v}, while it is trained and afterwards; terms with a literal
 *                    weight, which are there in any case, are not counted and keep what was learned
 * @param steps       of training
 * @param rate        peak learning rate
 * @param batch       queries a step
 */
public record EncoderRecipe(Side document, Side query, boolean weighted, Lesson lesson, Regularizer regularizer, double lambda, boolean literal,
        double postings, int steps, double rate, int batch) {

    private static final int STEPS = 100;
    private static final double RATE = 3e-5;
    private static final int BATCH = 24;

    static final Entry<EncoderRecipe> RESIDUAL_DOC = entry("residual-doc", "Geng et al. 2024, arXiv:2411.04403; Song et al. 2025, arXiv:2510.18527",
            "a table for queries; documents keep their BM25 weights and gain terms that their pooled state asks for",
            new EncoderRecipe(Side.CLS_MLM, Side.BINARY, true, Lesson.KL, Regularizer.IDF_FLOPS, 1e-3, true, 3, STEPS, RATE, BATCH));

    static final Entry<EncoderRecipe> IDF_SPLADE_DOC = entry("idf-splade-doc", "Geng et al. 2024, arXiv:2411.04403",
            "a table of idf for queries; every token of a document may add terms, frequent ones at a higher price",
            new EncoderRecipe(Side.MLM, Side.BINARY, true, Lesson.KL, Regularizer.IDF_FLOPS, 1e-2, false, 3, STEPS, RATE, BATCH));

    static final Entry<EncoderRecipe> SPLADE_DOC = entry("splade-doc", "Formal et al. 2021, arXiv:2109.10086",
            "queries as they are, documents expanded by every token",
            new EncoderRecipe(Side.MLM, Side.BINARY, false, Lesson.KL, Regularizer.FLOPS, 1e-2, false, 3, STEPS, RATE, BATCH));

    static final Entry<EncoderRecipe> SPLADE = entry("splade", "Formal et al. 2021, arXiv:2107.05720",
            "documents and queries expanded by every token",
            new EncoderRecipe(Side.MLM, Side.MLM, true, Lesson.CONTRASTIVE, Regularizer.FLOPS, 1e-2, false, 3, STEPS, RATE, BATCH));

    static final Entry<EncoderRecipe> UNICOIL = entry("unicoil", "Lin and Ma 2021, arXiv:2106.14807",
            "the words of documents and queries weighed, none added",
            new EncoderRecipe(Side.MLP, Side.MLP, true, Lesson.CONTRASTIVE, Regularizer.NONE, 0, false, 0, STEPS, RATE, BATCH));

    static final Entry<EncoderRecipe> DEEP_CT = entry("deepct", "Dai and Callan 2019, arXiv:1910.10687",
            "the words of documents weighed by how likely a query holds them",
            new EncoderRecipe(Side.MLP, Side.BINARY, true, Lesson.TERM_MSE, Regularizer.NONE, 0, false, 0, STEPS, RATE, BATCH));

    /** Encoders that have a name. */
    public static final Shelf<EncoderRecipe> SHELF = Catalog.shelf(Axis.ENCODER, RESIDUAL_DOC, IDF_SPLADE_DOC, SPLADE_DOC, SPLADE, UNICOIL, DEEP_CT);

    public EncoderRecipe {
        if (!(lambda >= 0 && lambda < Double.MAX_VALUE) || !(rate > 0 && rate < Double.MAX_VALUE) || steps < 0 || batch < 2) {
            throw new UserError("encoder: found lambda " + lambda + ", rate " + rate + ", " + steps + " steps of " + batch
                    + " queries; expected lambda at least 0, rate above 0, steps at least 0 and at least 2 queries");
        }
        if (!(postings == 0 || postings >= 1 && postings < Double.MAX_VALUE)) {
            throw new UserError("encoder: found postings " + postings + ", expected 0 for any number or at least 1 times the words of a document");
        }
        if (regularizer == Regularizer.TOP_K && postings == 0) {
            throw new UserError("encoder: top-k keeps the heaviest terms of a document, but postings is 0; say how many, such as postings=3");
        }
        if (document == Side.BINARY && (lesson == Lesson.TERM_MSE || !query.needsModel() && steps > 0)) {
            throw new UserError("encoder: neither side has weights to learn; expected document or query to be mlp, mlm or cls-mlm, or steps=0");
        }
    }

    private static Entry<EncoderRecipe> entry(String name, String paper, String summary, EncoderRecipe r) {
        return Catalog.entry(name, paper, summary, List.of(
                Option.of("document", label(r.document), "weights of documents: " + choices(Side.values())),
                Option.of("query", label(r.query), "weights of queries, the same choices"),
                Option.of("weighted", r.weighted, "whether the words of a binary query weigh their idf"),
                Option.of("lesson", label(r.lesson), "what is learned: " + choices(Lesson.values())),
                Option.of("regularizer", label(r.regularizer), "what keeps vectors sparse: " + choices(Regularizer.values())),
                Option.of("lambda", r.lambda, "weight of the regularizer"),
                Option.of("literal", r.literal, "whether BM25's weights are added"),
                Option.of("postings", r.postings, "most entries of an average document, times its different words; 0 for any number"),
                Option.of("steps", r.steps, "of training"), Option.of("rate", r.rate, "peak learning rate"), Option.of("batch", r.batch, "queries a step")),
                EncoderRecipe::read);
    }

    private static EncoderRecipe read(Settings s) {
        return new EncoderRecipe(choice(s, "document", Side.values()), choice(s, "query", Side.values()), s.flag("weighted"), choice(s, "lesson", Lesson.values()),
                choice(s, "regularizer", Regularizer.values()), s.number("lambda"), s.flag("literal"), s.number("postings"), s.integer("steps"), s.number("rate"), s.integer("batch"));
    }

    private static <E extends Enum<E>> E choice(Settings s, String setting, E[] all) {
        return Arrays.stream(all).filter(e -> label(e).equals(s.text(setting))).findFirst().orElseThrow(() -> new UserError(
                "setting '" + setting + "' of " + s.part() + ": found '" + s.text(setting) + "', expected " + choices(all)));
    }

    private static String choices(Enum<?>[] all) {
        return String.join(", ", Arrays.stream(all).map(EncoderRecipe::label).toList());
    }

    private static String label(Enum<?> e) {
        return e.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The same for another number of steps. */
    public EncoderRecipe withSteps(int other) {
        return new EncoderRecipe(document, query, weighted, lesson, regularizer, lambda, literal, postings, other, rate, batch);
    }

    /** How many terms a document gains at most, where its words are {@code words} on average; 0 for any number. */
    int window(double words) {
        return postings == 0 ? 0 : Math.max(1, (int) Math.floor((postings - (literal ? 1 : 0)) * words));
    }
}
