package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;

/** Vocabularies of byte pairs: what is joined, in which order, and the file that comes of it. */
class BytePairTrainerTest {

    @Test
    void theMostFrequentPairIsJoinedFirst() {
        // "lo" stands 3 times, "ow" 3 times: l comes before o; then "low" as "lo" + "w", 3 times; then "e" + "r", twice
        assertEquals(List.of("lo", "low", "er"), learned("lower lowest\nlow her", 260));
    }

    @Test
    void ofEquallyFrequentPairsTheFirstInTheOrderOfBytesIsJoined() {
        assertEquals(List.of("ab"), learned("zy\nab\nzy\nab", 258));
        assertEquals(List.of("yz"), learned("yé\nyz\nyé\nyz", 258), "a byte above 127 comes last");
    }

    @Test
    void itEndsWhereNoPairStandsTwice() {
        BytePairs found = BytePairTrainer.train(List.of("abab"), 1000);
        assertEquals(258, found.size(), "of 'abab' only 'ab' stands twice");
        assertEquals(257, BytePairTrainer.train(List.of("abc"), 1000).size());
    }

    @Test
    void itEqualsTheTrainerThatCountsEverythingAnew() {
        Rng rng = new Rng(3);
        for (int trial = 0; trial < 60; trial++) {
            StringBuilder text = new StringBuilder();
            String letters = trial % 3 == 0 ? "aab " : trial % 3 == 1 ? "abcdé€ \n" : "ab 1'st.";
            for (int i = 0; i < 200 + rng.nextInt(300); i++) {
                text.append(letters.charAt(rng.nextInt(letters.length())));
            }
            int size = 258 + rng.nextInt(60);
            assertEquals(naive(text.toString(), size), shown(BytePairTrainer.train(List.of(text), size)), text.toString());
        }
    }

    @Test
    void theFileHoldsEveryTokenOnce() {
        TokenizerFile file = BytePairTrainer.train(List.of("the then there, they're\n\tthe other 123 123"), 280).file();
        var json = Json.object(file.name(), file.content());
        int size = json.at("/model/vocab").size();
        boolean[] seen = new boolean[size];
        json.at("/model/vocab").forEach(id -> seen[id.asInt()] = true);
        for (boolean s : seen) {
            assertTrue(s);
        }
        assertEquals("t he", json.at("/model/merges/1").asText());
        assertEquals("Ġ the", json.at("/model/merges/2").asText(), "a space is printed as Ġ");
        assertEquals("<|endoftext|>", json.at("/added_tokens/0/content").asText());
    }

    @Test
    void everyTextComesBack() {
        BytePairs learned = BytePairTrainer.train(List.of("the then there, they're\n\tthe other 123 123 ééé 世界世界 \uD83D\uDE00\uD83D\uDE00"), 300);
        BpePieces pieces = BpePieces.of("learned", learned.file(), learned.size());
        Rng rng = new Rng(5);
        for (int trial = 0; trial < 200; trial++) {
            StringBuilder text = new StringBuilder();
            for (int i = rng.nextInt(40); i >= 0; i--) {
                int c = rng.nextInt(4) == 0 ? rng.nextInt(0x11000) : "the né世 \n\t'r1<|".codePointAt(rng.nextInt(13));
                text.appendCodePoint(c >= 0xD800 && c < 0xE000 ? 'x' : c);
            }
            ByteArrayOutputStream back = new ByteArrayOutputStream();
            Arrays.stream(pieces.ids(text.toString())).forEach(id -> back.writeBytes(pieces.bytes(id)));
            assertEquals(text.toString(), back.toString(StandardCharsets.UTF_8));
        }
        assertEquals(0, pieces.begin());
        assertArrayEquals(new int[] {0}, Arrays.copyOf(pieces.opening("the"), 1), "a text begins with it");
        assertEquals(1, pieces.ids("the").length, "what was learned is used");
    }

    @Test
    void impossibleSizesAndNoTextAreRefused() {
        assertTrue(assertThrows(UserError.class, () -> BytePairTrainer.train(List.of("ab"), 256)).getMessage().contains("--vocabulary: found 256, expected 257"));
        assertTrue(assertThrows(UserError.class, () -> BytePairTrainer.train(List.of(""), 300)).getMessage().contains("no text"));
    }

    private static List<String> learned(String text, int size) {
        BytePairs found = BytePairTrainer.train(List.of(text), size);
        List<String> all = new ArrayList<>();
        for (int i = 257; i < found.size(); i++) {
            all.add(new String(found.bytes(i), StandardCharsets.UTF_8));
        }
        return all;
    }

    private static List<String> shown(BytePairs found) {
        return found.merges().stream().map(m -> hex(found.bytes(m.left())) + "+" + hex(found.bytes(m.right()))).toList();
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** Tokens are texts of hexadecimal digits, whose order is that of their bytes; everything is counted before each merge. */
    private static List<String> naive(String text, int size) {
        List<List<String>> words = new ArrayList<>();
        for (Matcher m = BytePairTrainer.WORD.matcher(text); m.find();) {
            List<String> word = new ArrayList<>();
            for (byte b : m.group().getBytes(StandardCharsets.UTF_8)) {
                word.add(hex(new byte[] {b}));
            }
            words.add(word);
        }
        List<String> merges = new ArrayList<>();
        Set<String> tokens = new HashSet<>();
        while (257 + tokens.size() < size) {
            Map<List<String>, Integer> counts = new HashMap<>();
            words.forEach(w -> {
                for (int i = 0; i + 1 < w.size(); i++) {
                    counts.merge(List.of(w.get(i), w.get(i + 1)), 1, Integer::sum);
                }
            });
            List<String> best = null;
            for (Map.Entry<List<String>, Integer> e : counts.entrySet()) {
                if (best == null || e.getValue() > counts.get(best) || e.getValue().equals(counts.get(best)) && before(e.getKey(), best)) {
                    best = e.getKey();
                }
            }
            if (best == null || counts.get(best) < 2) {
                break;
            }
            String merge = best.get(0) + "+" + best.get(1);
            if (!merges.contains(merge)) {
                merges.add(merge);
            }
            String joined = best.get(0) + best.get(1);
            tokens.add(joined);
            for (List<String> w : words) {
                for (int i = 0; i + 1 < w.size(); i++) {
                    if (w.get(i).equals(best.get(0)) && w.get(i + 1).equals(best.get(1))) {
                        w.set(i, joined);
                        w.remove(i + 1);
                    }
                }
            }
        }
        return merges;
    }

    private static boolean before(List<String> a, List<String> b) {
        return Arrays.compare(a.toArray(new String[0]), b.toArray(new String[0])) < 0;
    }
}
