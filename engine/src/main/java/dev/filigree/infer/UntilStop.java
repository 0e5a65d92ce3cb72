package dev.filigree.infer;

import dev.filigree.base.UserError;
import java.util.List;
import java.util.function.Consumer;

/** Gives characters out as they come, but for those that may be the beginning of a stop text. */
final class UntilStop {

    private final Characters characters = new Characters();
    private final Consumer<String> out;
    private final List<String> stop;
    private final StringBuilder all = new StringBuilder();
    private int given;

    UntilStop(Consumer<String> out, List<String> stop) {
        this.out = out;
        this.stop = List.copyOf(stop);
        if (stop.stream().anyMatch(String::isEmpty)) {
            throw new UserError("--stop: found an empty text, expected some characters");
        }
    }

    /** Whether a stop text has come. */
    boolean add(byte[] bytes) {
        all.append(characters.add(bytes));
        for (String s : stop) {
            int at = all.indexOf(s, Math.max(0, given - s.length()));
            if (at >= 0) {
                all.setLength(Math.max(at, given));
                give(all.length());
                return true;
            }
        }
        int safe = all.length();
        for (String s : stop) {
            for (int n = Math.min(s.length() - 1, all.length()); n > 0; n--) {
                if (s.startsWith(all.substring(all.length() - n))) {
                    safe = Math.min(safe, all.length() - n);
                    break;
                }
            }
        }
        give(safe);
        return false;
    }

    void end() {
        all.append(characters.end());
        give(all.length());
    }

    String text() {
        return all.toString();
    }

    private void give(int to) {
        if (to > given) {
            out.accept(all.substring(given, to));
            given = to;
        }
    }
}
