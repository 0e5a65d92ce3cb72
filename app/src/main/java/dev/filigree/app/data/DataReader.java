package dev.filigree.app.data;

import dev.filigree.base.UserError;
import dev.filigree.io.data.BrownCorpus;
import dev.filigree.io.data.ByteImages;
import dev.filigree.io.data.DataSet;
import dev.filigree.io.data.FeatureTable;
import dev.filigree.io.data.GraphData;
import dev.filigree.io.data.IdxFolder;
import dev.filigree.io.data.ImageFolder;
import dev.filigree.io.data.ModularSums;
import dev.filigree.io.data.PlantedGraph;
import dev.filigree.io.data.PlantedText;
import dev.filigree.io.data.ReberStrings;
import dev.filigree.io.data.TextData;
import dev.filigree.io.data.Vocabulary;
import dev.filigree.train.Augmentation;
import dev.filigree.train.Classification;
import dev.filigree.train.NextToken;
import dev.filigree.train.NodeClasses;
import dev.filigree.train.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A kind of data on disk, and the problem that it poses. Where a set has no split of its own, every tenth example or the last tenth of a text is held out. */
public enum DataReader {

    /** Four IDX files. */
    IDX {
        @Override
        Problem open(String name, Path path) {
            return new Classification(IdxFolder.open(name, path));
        }
    },
    /** Images in a folder for each class, or a tar.gz of that. */
    PHOTOGRAPHS {
        @Override
        Problem open(String name, Path path) {
            Path archive = path.resolve("train-jpg.tar.gz");
            Path from = Files.isRegularFile(archive) ? archive : path;
            ByteImages all = ImageFolder.open(from);
            int[] held = IntStream.range(0, all.count()).filter(i -> i % HELD_OUT == HELD_OUT - 1).toArray();
            int[] train = IntStream.range(0, all.count()).filter(i -> i % HELD_OUT != HELD_OUT - 1).toArray();
            return new Classification(new DataSet(name, from + ", every tenth image held out", all.only(train), all.only(held)), Augmentation.PHOTOGRAPHS);
        }
    },
    /** A text, of which the last tenth is held out. */
    TEXT {
        @Override
        Problem open(String name, Path path) {
            return nextToken(name, TextData.open(path, Vocabulary.Unit.CHARACTERS, MOST_CHARACTERS));
        }

        @Override
        Problem open(String name, Path path, TextCut cut) {
            if (cut.equals(TextCut.CHARACTERS)) {
                return open(name, path);
            }
            String all = TextData.text(path);
            int end = all.indexOf('\n', (int) (all.length() * (1 - 1.0 / HELD_OUT))) + 1;
            int at = end > 0 && end < all.length() ? end : (int) (all.length() * (1 - 1.0 / HELD_OUT));
            return cut.problem(name + ", its last tenth held out", all.substring(0, at), all.substring(at));
        }
    },
    /** The documents of the Brown corpus, which come by kind: every tenth is held out. */
    BROWN {
        @Override
        Problem open(String name, Path path) {
            return open(name, path, TextCut.CHARACTERS);
        }

        @Override
        Problem open(String name, Path path, TextCut cut) {
            List<String> all = BrownCorpus.open(path);
            return cut.problem(name + ", every tenth document held out", documents(all, false), documents(all, true));
        }

        private static String documents(List<String> all, boolean held) {
            return IntStream.range(0, all.size()).filter(i -> held == (i % HELD_OUT == HELD_OUT - 1)).mapToObj(all::get).collect(Collectors.joining("\n"));
        }
    },
    /** A graph of nodes with features, as four text files. */
    GRAPH {
        @Override
        Problem open(String name, Path path) {
            return new NodeClasses(name, GraphData.open(path), GraphData.Part.TEST);
        }
    },
    /** Made up where it is needed; lies nowhere. */
    MADE_UP {
        @Override
        Problem open(String name, Path path) {
            return made(name);
        }
    },
    /** A matrix of features with labels, as MATLAB stores it. */
    TABLE {
        @Override
        Problem open(String name, Path path) {
            FeatureTable.Split split = FeatureTable.open(path).split(1.0 / HELD_OUT, SPLIT_SEED);
            return new Classification(new DataSet(name, path + ", a tenth held out at random", split.train(), split.test()));
        }
    };

    private static final int HELD_OUT = 10;
    private static final int MOST_CHARACTERS = 4096;
    private static final int WINDOW = 128;
    private static final long SPLIT_SEED = 1;

    /** What is made up under this name: small enough to be learned in seconds, the sums in a minute. */
    static Problem made(String name) {
        return switch (name) {
            case KnownData.PLANTED -> new NodeClasses(name, new PlantedGraph(900, 5, 6, 0.75, 60, 12, 0.25).make(SPLIT_SEED), GraphData.Part.TEST);
            case KnownData.SUMS -> new Classification(ModularSums.make(name, 47, 0.6, SPLIT_SEED));
            case KnownData.REBER -> new Classification(ReberStrings.make(name, 20, 4000, 1000, SPLIT_SEED));
            default -> throw new IllegalArgumentException("nothing is made up as " + name);
        };
    }

    /** A made-up text of a language that goes with the name: some of it can be learned in a second. */
    static NextToken plantedText(String name) {
        return nextToken(name, new PlantedText(12, 40, 4, 60_000).make(name.hashCode()));
    }

    private static NextToken nextToken(String name, TextData all) {
        int cut = (int) (all.ids().length * (1 - 1.0 / HELD_OUT));
        return new NextToken(name, all.part(0, cut), all.part(cut, all.ids().length), WINDOW);
    }

    abstract Problem open(String name, Path path);

    /** The same where a text is cut otherwise than character by character. */
    Problem open(String name, Path path, TextCut cut) {
        requireNoPieces(name, cut);
        return open(name, path);
    }

    static void requireNoPieces(String name, TextCut cut) {
        if (!cut.equals(TextCut.CHARACTERS)) {
            throw new UserError("--data: " + name + " is no text, and byte pairs and language models are of texts; take another --data, or leave out --vocabulary, --from and --model");
        }
    }

    /** Whether it reads a text. */
    boolean isText() {
        return this == TEXT || this == BROWN;
    }

    /** The kind that a path holds, by its ending or by what is in it. */
    static DataReader of(Path path) {
        String file = path.getFileName().toString();
        if (file.endsWith(".mat")) {
            return TABLE;
        } else if (file.endsWith(".txt") || file.endsWith(".txt.gz")) {
            return TEXT;
        } else if (Files.isRegularFile(path.resolve("edges.txt"))) {
            return GRAPH;
        }
        return IdxFolder.is(path) ? IDX : PHOTOGRAPHS;
    }
}
