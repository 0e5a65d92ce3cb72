package dev.filigree.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileTest {

    @Test
    void weightsBecomeShares() {
        assertEquals(List.of(new Profile.Batch(16, 0.5), new Profile.Batch(64, 0.125), new Profile.Batch(512, 0.375)),
                Profile.parse("512:3, 16:4,64").batches());
        assertEquals(List.of(new Profile.Batch(1_000_000, 1)), Profile.parse("1000000:.25").batches());
        assertEquals("1 tokens 20 %, 16 tokens 80 %", Profile.parse("1:0.2,16:0.8").toString());
        assertEquals(List.of(16, 64, 512), Profile.SENTENCES.batches().stream().map(Profile.Batch::tokens).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "16,", "many", "16:0", "16:-1", "16:x", "1.5", "1000001", "99999999999", "16,16", "NaN", "16:1e9", "16:1:2"})
    void anImpossibleProfileIsOneLine(String text) {
        UserError e = assertThrows(UserError.class, () -> Profile.parse(text));
        assertTrue(e.getMessage().startsWith("--profile: found '") && e.getMessage().contains("expected") && e.getMessage().lines().count() == 1, e.getMessage());
    }

    @Test
    void sizesAreBounded() {
        String many = IntStream.rangeClosed(1, 17).mapToObj(Integer::toString).collect(Collectors.joining(","));
        assertTrue(assertThrows(UserError.class, () -> Profile.parse(many)).getMessage().contains("17 batch sizes"));
    }
}
