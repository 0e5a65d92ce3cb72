package dev.filigree.app;

import dev.filigree.io.text.Pair;
import dev.filigree.io.text.Pairs;
import dev.filigree.io.text.Sentences;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;

/**
 * The text that comes with Filigree, so that a first run needs none of its own. Origins and licences lie beside the
 * files ({@code dev/filigree/data/SOURCES.md}); {@code tools/make-data.py} made them.
 */
public final class BundledData {

    private static final String FOLDER = "/dev/filigree/data/";

    private BundledData() {
    }

    /**
     * About 50,000 unique English sentences for calibration and recovery, in seeded random order, so that a prefix is a
     * sample. None occurs in {@link #stsDev()} or {@link #heldOut()}; see {@link #excludedWhenMade()}.
     */
    public static List<String> recovery() {
        return sentences("recovery.txt.gz");
    }

    /** 1,000 sentences for measuring, from articles that {@link #recovery()} never saw. */
    public static List<String> heldOut() {
        return sentences("held-out.txt.gz");
    }

    /** The 1,500 pairs of the STS benchmark's dev split, in its order; scores 0 to 5. */
    public static List<Pair> stsDev() {
        try (InputStream in = open("stsb-dev.tsv.gz")) {
            return Pairs.read(in, "stsb-dev.tsv.gz");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many source sentences were left out of {@link #recovery()} because they occur in an STS-B dev pair. */
    public static int excludedWhenMade() {
        Properties counts = new Properties();
        try (InputStream in = open("counts.properties")) {
            counts.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Integer.parseInt(counts.getProperty("recovery.excludedAsInStsDev"));
    }

    /** A file as it is. */
    static byte[] bytes(String file) {
        try (InputStream in = open(file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> sentences(String file) {
        try (InputStream in = open(file)) {
            return Sentences.read(in, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String file) throws IOException {
        InputStream in = BundledData.class.getResourceAsStream(FOLDER + file);
        if (in == null) {
            throw new IOException("the build lacks its resource " + FOLDER + file);
        }
        return in;
    }
}
