package dev.filigree.infer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.base.UserError;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.ModelFolder;
import dev.filigree.kernel.Kernels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** A plan as text, stored in a checkpoint's metadata. */
public final class PlanFile {

    /** Key of the plan in a checkpoint's metadata. */
    public static final String KEY = "filigree.plan";

    private static final ObjectMapper JSON = new ObjectMapper();

    private PlanFile() {
    }

    public static String write(Plan plan) {
        try {
            return JSON.writeValueAsString(plan);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Stores {@code plan} with the weights in {@code folder}, in place of the one that was there; no weight changes. */
    public static void store(Path folder, Plan plan) {
        ModelFolder.note(folder, KEY, write(plan));
    }

    /** The plan stored with {@code weights}; empty when there is none. */
    public static Optional<Plan> of(Checkpoint weights) {
        return Optional.ofNullable(weights.metadata().get(KEY)).map(text -> read(weights.source(), text));
    }

    /**
     * @param source names the file in faults
     */
    public static Plan read(String source, String text) {
        Plan plan;
        try {
            plan = JSON.readValue(text, Plan.class);
        } catch (JsonProcessingException e) {
            throw fault(source, "is no plan (" + e.getOriginalMessage() + ")", e);
        }
        if (plan == null || plan.choices() == null || plan.choices().stream().anyMatch(c -> c == null || c.site() == null || c.layout() == null)) {
            throw fault(source, "is incomplete, expected a site and a layout for each choice", null);
        }
        plan.choices().stream().map(Plan.Choice::layout).filter(l -> !Candidates.known(l)).findFirst().ifPresent(l -> {
            throw fault(source, "names the layout '" + l + "', expected dense, csr, bitmap, Rx1 or N:M", null);
        });
        int tokens = 0;
        for (Plan.Step s : plan.steps()) {
            if (s == null || s.tokens() <= tokens || Arrays.stream(Kernels.WIDTHS).noneMatch(w -> w == s.width())) {
                throw fault(source, "has the step " + s + ", expected rising numbers of tokens and a width of " + Arrays.toString(Kernels.WIDTHS), null);
            }
            tokens = s.tokens();
        }
        return plan;
    }

    private static UserError fault(String source, String found, Throwable cause) {
        return new UserError(source + ": metadata " + KEY + " " + found + "; store a new one with: filigree plan DIR --write", cause);
    }
}
