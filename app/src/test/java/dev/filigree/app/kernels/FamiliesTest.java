package dev.filigree.app.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FamiliesTest {

    static List<Family> all() {
        return Families.ALL;
    }

    @Test
    void everyFamilyThatWasWrittenIsListed() throws Exception {
        Set<String> listed = Families.ALL.stream().map(f -> f.getClass().getSimpleName()).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(written(), listed, "add a new family to Families.ALL");
        assertEquals(Families.ALL.size(), new HashSet<>(Families.names()).size(), "two families have one name");
    }

    private static Set<String> written() throws Exception {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(classes())) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                Class<?> c = Class.forName("dev.filigree.app.kernels." + file.getFileName().toString().replace(".class", ""));
                if (Family.class.isAssignableFrom(c) && !c.isInterface()) {
                    names.add(c.getSimpleName());
                }
            }
        }
        return names;
    }

    private static Path classes() throws URISyntaxException {
        return Path.of(Family.class.getResource("Family.class").toURI()).getParent();
    }

    @ParameterizedTest
    @MethodSource("all")
    void aQuickRunHasFewerCases(Family f) {
        assertFalse(f.cases(true).isEmpty());
        assertTrue(f.cases(true).size() <= f.cases(false).size());
        assertFalse(f.title().isBlank());
    }

    @ParameterizedTest
    @MethodSource("all")
    void withoutMeasurementsNoFigureIsReached(Family f) {
        for (Figure figure : f.figures(List.of(), List.of(1, 2))) {
            assertEquals(f.name(), figure.family());
            assertFalse(figure.reached(), figure.what());
        }
    }

    @Test
    void denseCoversTheShapesOfThreeModelsFrom16To512Tokens() {
        Set<String> cases = new DenseFamily().cases(false).stream().map(c -> c.rows() + "x" + c.cols() + "x" + c.tokens()).collect(Collectors.toSet());
        for (String shape : List.of("384x384", "1536x384", "384x1536", "768x768", "3072x768", "768x3072", "2048x2048", "512x2048", "8192x2048", "2048x8192")) {
            for (int tokens : new int[] {16, 32, 64, 128, 256, 512}) {
                assertTrue(cases.contains(shape + "x" + tokens), shape + " " + tokens);
            }
        }
    }

    @Test
    void familiesAreChosenByName() {
        assertEquals(Families.ALL, Families.named(List.of()));
        assertEquals(List.of("dense", "blocks"), Families.named(List.of("blocks", "dense")).stream().map(Family::name).toList());
        UserError e = assertThrows(UserError.class, () -> Families.named(List.of("block")));
        assertTrue(e.getMessage().startsWith("--only: unknown family 'block' - did you mean blocks?"), e.getMessage());
    }
}
