package dev.filigree.app.kernels;

import dev.filigree.base.Near;
import dev.filigree.base.UserError;
import java.util.List;

/** Every family, in the order in which they run. */
final class Families {

    static final List<Family> ALL = List.of(new DenseFamily(), new UnstructuredFamily(), new NarrowFamily(), new BlockFamily(),
            new GroupFamily(), new BitmapFamily(), new SingleFamily(), new NibbleFamily(), new TrainingFamily(), new ConvolutionFamily());

    private Families() {
    }

    static List<String> names() {
        return ALL.stream().map(Family::name).toList();
    }

    /** @param names none for all of them */
    static List<Family> named(List<String> names) {
        for (String n : names) {
            if (!names().contains(n)) {
                throw new UserError("--only: unknown family '" + n + "'" + Near.hint(n, names()) + " (choices: " + String.join(", ", names()) + ")");
            }
        }
        return names.isEmpty() ? ALL : ALL.stream().filter(f -> names.contains(f.name())).toList();
    }
}
