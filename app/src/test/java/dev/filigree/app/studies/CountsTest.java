package dev.filigree.app.studies;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.app.papers.PaperMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What README says of studies, verdicts and papers is about what there is; a few may be new, so that two additions at once do not collide. */
class CountsTest {

    private static final int NEW = 10;
    private static final Pattern STUDIES = Pattern.compile("(\\d+) studies so far");
    private static final Pattern VERDICTS = Pattern.compile("(\\d+) hold here, (\\d+) do not, and\\s+(\\d+) are too close to call");
    private static final Pattern PAPERS = Pattern.compile("map of its field \\((\\d+) papers");

    @Test
    void countsInReadmeAreTrue() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        near(STUDIES, readme, Studies.all().size());
        near(PAPERS, readme, PaperMap.papers().size());
        near(VERDICTS, readme, parts(1), parts(2), parts(3));
    }

    /** Parts of claims in a column of the table of verdicts, set apart by semicolons. */
    private static int parts(int column) throws IOException {
        List<String[]> rows = Stream.of(Files.readString(Path.of("../STUDIES.md")).split("\n")).filter(l -> l.startsWith("| `")).map(l -> l.substring(1).split("\\|")).toList();
        return rows.stream().map(cells -> cells[column].strip()).filter(c -> !c.isEmpty()).mapToInt(c -> c.split("; ").length).sum();
    }

    private static void near(Pattern sentence, String readme, int... counts) {
        Matcher m = sentence.matcher(readme);
        assertTrue(m.find(), "README has no \"" + sentence + "\"");
        for (int i = 0; i < counts.length; i++) {
            int said = Integer.parseInt(m.group(i + 1));
            assertTrue(said <= counts[i] && said >= counts[i] - NEW, "README says \"" + m.group() + "\", found " + counts[i] + " for " + said + ": correct it");
        }
    }
}
