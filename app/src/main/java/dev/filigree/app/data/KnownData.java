package dev.filigree.app.data;

import dev.filigree.base.Near;
import dev.filigree.base.UserError;
import dev.filigree.io.data.ByteImages;
import dev.filigree.io.data.DataSet;
import dev.filigree.io.data.IdxFolder;
import dev.filigree.io.data.ImageFolder;
import dev.filigree.train.Augmentation;
import dev.filigree.train.Classification;
import dev.filigree.train.Problem;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * A data set that has a name.
 *
 * @param what    in a few words
 * @param licence of the data
 * @param places  where it may lie: folders of Debian's packages, and below the folder that {@code FILIGREE_DATA} names
 * @param how     how to get it
 * @param bundled whether a part of it comes with the program
 */
public record KnownData(String name, String what, String licence, List<Path> places, String how, boolean bundled, Reader reader) {

    /** The environment variable that names a folder with data sets. */
    public static final String FOLDER = "FILIGREE_DATA";

    /** Of so many images one is held out where a set has no split of its own. */
    private static final int HELD_OUT = 10;

    private static final String BUNDLED = "/dev/filigree/data/";

    /** Reads the set from where it lies. */
    @FunctionalInterface
    public interface Reader {
        Problem open(String name, Path place);
    }

    /** All of them. */
    public static List<KnownData> all() {
        return List.of(
                new KnownData("fashion-mnist", "28 x 28 grey images of clothes, 10 classes, 60,000 + 10,000", "MIT",
                        places("fashion-mnist", Path.of("/usr/share/datasets/fashion-mnist")), "install Debian's package dataset-fashion-mnist", true, KnownData::idx),
                new KnownData("mnist", "28 x 28 grey images of digits, 10 classes, 60,000 + 10,000", "free to use",
                        places("mnist"), "put its four IDX files into a folder mnist", false, KnownData::idx),
                new KnownData("cifar10", "32 x 32 colour images, 10 classes, 50,000 and more", "not stated",
                        places("cifar10"), "put its images as JPEG or PNG into cifar10/CLASS/, or train-jpg.tar.gz with them into cifar10", false, KnownData::photographs));
    }

    /** The problem that a name or a path stands for. */
    public static Problem open(String asked) {
        for (KnownData d : all()) {
            if (d.name.equals(asked)) {
                return d.open();
            }
        }
        Path path = Path.of(asked);
        if (Files.exists(path)) {
            return read(path);
        }
        List<String> names = all().stream().map(KnownData::name).toList();
        throw new UserError("--data: found '" + asked + "', which is neither a file or folder nor a known name" + Near.hint(asked, names) + " (names: "
                + String.join(", ", names) + "); see filigree data");
    }

    /** Where it lies on this machine. */
    public Optional<Path> place() {
        return places.stream().filter(Files::isDirectory).findFirst();
    }

    private Problem open() {
        return place().map(p -> reader.open(name, p)).orElseGet(() -> {
            if (bundled) {
                return bundled(name);
            }
            throw new UserError("--data " + name + ": is not on this machine; " + how + ", and name the folder above it in " + FOLDER + " or give its path as --data");
        });
    }

    /** The part of a set that comes with the program. */
    public static Problem bundled(String name) {
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

    /** A path whose kind shows in what it holds. */
    private static Problem read(Path path) {
        if (IdxFolder.is(path)) {
            return idx(path.toAbsolutePath().normalize().getFileName().toString(), path);
        }
        return photographs(path.toAbsolutePath().normalize().getFileName().toString(), path);
    }

    /** Images in a folder for each class, or a tar.gz of that; a tenth of them is held out to be judged on. */
    private static Problem photographs(String name, Path path) {
        Path archive = path.resolve("train-jpg.tar.gz");
        Path from = Files.isRegularFile(archive) ? archive : path;
        ByteImages all = ImageFolder.open(from);
        int[] held = IntStream.range(0, all.count()).filter(i -> i % HELD_OUT == HELD_OUT - 1).toArray();
        int[] train = IntStream.range(0, all.count()).filter(i -> i % HELD_OUT != HELD_OUT - 1).toArray();
        return new Classification(new DataSet(name, from + ", every tenth image held out", all.only(train), all.only(held)), Augmentation.PHOTOGRAPHS);
    }

    private static Problem idx(String name, Path folder) {
        return new Classification(IdxFolder.open(name, folder));
    }

    private static List<Path> places(String name, Path... known) {
        String folder = System.getenv(FOLDER);
        List<Path> places = new ArrayList<>();
        if (folder != null && !folder.isBlank()) {
            places.add(Path.of(folder).resolve(name));
            places.add(Path.of(folder).resolve("images").resolve(name));
        }
        places.addAll(List.of(known));
        return places;
    }
}
