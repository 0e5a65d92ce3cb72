package dev.filigree.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import dev.filigree.infer.Corrector;
import dev.filigree.infer.Corrector.Rule;
import dev.filigree.infer.Generator;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Sampling;
import dev.filigree.infer.policy.Calibration;
import dev.filigree.infer.policy.Gates;
import dev.filigree.infer.policy.Told;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Correction of what a policy drafts, with the model that comes along. */
class CorrectorTest {

    private static final String PROMPT = "One day, Tom and his dog went to the";

    private static LanguageModel under(LanguageModel model, String sparsity) {
        return model.under(Gates.of("teal(sparsity=" + sparsity + ",allocation=uniform)", Calibration.of(model, Told.by(model, 300, 100, 1, n -> { }), n -> { })));
    }

    private static Corrector.Outcome run(LanguageModel model, Rule rule, int block) {
        return new Corrector(model, rule, block, Sampling.GREEDY, List.of(), 1).run(PROMPT, 90, text -> { });
    }

    @Test
    void exactCorrectionGivesTheTextOfTheWholeModelAndWhatItTook() {
        try (LanguageModel model = KnownLanguageModel.open("stories260k", 1)) {
            String whole = new Generator(model, Sampling.GREEDY, 1).run(PROMPT, 90, text -> { }).text();
            LanguageModel sparse = under(model, "60%");
            String drafted = new Generator(sparse, Sampling.GREEDY, 1).run(PROMPT, 90, text -> { }).text();
            assertTrue(!whole.equals(drafted), "a policy so strong changes the text");
            for (int block : new int[] {2, 7, 16}) {
                StringBuilder streamed = new StringBuilder();
                Corrector.Outcome o = new Corrector(sparse, Rule.EXACT, block, Sampling.GREEDY, List.of(), 1).run(PROMPT, 90, streamed::append);
                assertEquals(whole, o.text().text(), "blocks of " + block);
                assertEquals(whole, streamed.toString());
                assertEquals(90, o.text().tokens());
                assertEquals(90, o.kept());
                assertTrue(o.accepted() >= 1 && o.accepted() <= block, "accepted " + o.accepted());
                assertEquals((o.drafted() * (1 - o.text().spent().orElseThrow().share()) + o.passes()) / 90, o.density(), 1e-12);
            }
        }
    }

    @Test
    void theLessIsAskedTheLongerBlocksStay() {
        try (LanguageModel model = KnownLanguageModel.open("stories260k", 1)) {
            LanguageModel sparse = under(model, "60%");
            double exact = run(sparse, Rule.EXACT, 16).accepted();
            double sirius = run(sparse, Rule.SIRIUS, 16).accepted();
            Corrector.Outcome all = run(sparse, new Rule(0, 1), 16); // whatever is drafted stays
            assertTrue(exact <= sirius && sirius <= all.accepted(), exact + " " + sirius + " " + all.accepted());
            assertEquals(6, all.passes(), "90 tokens in blocks of 16");
            assertEquals(84, all.drafted(), "the first of each block is the whole model's");
            Corrector.Outcome dense = run(under(model, "0%"), Rule.EXACT, 16);
            assertEquals(6, dense.passes(), "a policy that leaves nothing out is never corrected");
        }
    }

    @Test
    void theSameSeedDrawsTheSame() {
        try (LanguageModel model = KnownLanguageModel.open("stories260k", 2)) {
            LanguageModel sparse = under(model, "50%");
            Corrector corrector = new Corrector(sparse, Rule.SIRIUS, 16, new Sampling(1, 0, 0.9, 1), List.of("mom"), 4);
            assertEquals(corrector.run(PROMPT, 60, text -> { }).text().text(), corrector.run(PROMPT, 60, text -> { }).text().text());
            assertThrows(UserError.class, () -> run(model, Rule.SIRIUS, 16));
            assertThrows(UserError.class, () -> run(sparse, Rule.SIRIUS, 1));
            assertThrows(UserError.class, () -> new Rule(2, 1));
            assertThrows(UserError.class, () -> Rule.of("sometimes"));
        }
    }
}
