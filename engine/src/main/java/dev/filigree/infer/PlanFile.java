package dev.filigree.infer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.base.UserError;

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

    /**
     * @param source names the file in faults
     */
    public static Plan read(String source, String text) {
        try {
            Plan plan = JSON.readValue(text, Plan.class);
            if (plan == null || plan.choices() == null || plan.choices().stream().anyMatch(c -> c == null || c.site() == null || c.layout() == null)) {
                throw new UserError(source + ": metadata " + KEY + " is incomplete, expected a site and a layout for each choice; write the folder again");
            }
            return plan;
        } catch (JsonProcessingException e) {
            throw new UserError(source + ": metadata " + KEY + " is no plan (" + e.getOriginalMessage() + "); write the folder again", e);
        }
    }
}
