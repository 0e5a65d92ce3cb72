package dev.filigree.app.papers;

import dev.filigree.Parts;
import dev.filigree.app.studies.Studies;
import dev.filigree.app.studies.Study;
import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Axis;
import dev.filigree.base.Catalog.Entry;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** By which commands a paper's method or claim runs here: read from the catalog of parts, from the studies, and from a list of what is neither. */
public final class RunsHere {

    private RunsHere() {
    }

    /** Command lines without the program's name, those that do something with the method before those that try its claim. */
    public static List<String> commands(Paper paper) {
        Set<String> commands = new LinkedHashSet<>(PaperMap.commands().getOrDefault(paper.name(), List.of()));
        Catalog catalog = Parts.catalog();
        for (Axis axis : Axis.values()) {
            catalog.on(axis).stream().filter(e -> paper.citedIn(e.paper())).forEach(e -> command(axis, e).ifPresent(commands::add));
        }
        Studies.all().stream().map(Study::claim).filter(c -> paper.citedIn(c.paper())).forEach(c -> commands.add("study " + c.name()));
        if (commands.isEmpty()) { // parts of a larger method, and networks: they are asked for within another command
            for (Axis axis : Axis.values()) {
                if (catalog.on(axis).stream().anyMatch(e -> paper.citedIn(e.paper()))) {
                    commands.add("methods " + axis.label());
                }
            }
        }
        return List.copyOf(commands);
    }

    private static Optional<String> command(Axis axis, Entry<?> e) {
        String name = e.example();
        return Optional.ofNullable(switch (axis) {
            case METHOD, CRITERION -> "sparsify minilm --method " + name;
            case RECOVERY -> "sparsify minilm --method wanda+" + name;
            case ALLOCATION -> "sparsify minilm --allocation " + name;
            case SCHEDULE -> "sparsify minilm --schedule " + name;
            case PATTERN -> "sparsify minilm --pattern " + name;
            case STRUCTURE -> "sparsify stories260k --structure " + name;
            case REGIME -> "train --method " + name;
            case SALIENCY -> "train --method at-birth(saliency=" + name + ")";
            case OPTIMIZER -> "train --optimizer " + name;
            case RATE -> "train --rates " + name;
            case CHANNELS -> "shrink --channels " + name;
            case ENCODER -> "train sparse-encoder encoder --corpus papers --recipe " + name;
            case POLICY -> "generate stories260k --policy " + name;
            default -> null;
        });
    }
}
