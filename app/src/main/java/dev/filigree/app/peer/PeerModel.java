package dev.filigree.app.peer;

import dev.filigree.base.Pooling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * What a peer runs.
 *
 * @param file an .onnx file, or a jar that holds one
 * @param entry the name of the .onnx file within the jar; null when {@code file} is the .onnx file itself
 * @param pooling how token vectors become one
 * @param vocabulary number of token ids the model knows; rounds draw their ids below it
 */
public record PeerModel(Path file, String entry, Pooling pooling, int vocabulary) {

    public PeerModel {
        if (vocabulary < 1) {
            throw new IllegalArgumentException("vocabulary must be positive, found " + vocabulary);
        }
    }

    /**
     * The model in {@code file}: an .onnx file, or a jar with exactly one of them.
     *
     * @throws PeerFailure the jar cannot be read, or holds none or several
     */
    public static PeerModel of(Path file, Pooling pooling, int vocabulary) throws PeerFailure {
        if (file.toString().endsWith(".onnx")) {
            return new PeerModel(file, null, pooling, vocabulary);
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            List<String> models = zip.stream().map(ZipEntry::getName).filter(name -> name.endsWith(".onnx")).toList();
            if (models.size() != 1) {
                throw new PeerFailure(file + " holds " + models.size() + " .onnx files, expected one");
            }
            return new PeerModel(file, models.getFirst(), pooling, vocabulary);
        } catch (IOException e) {
            throw new PeerFailure(file + " cannot be read as a jar (" + e.getMessage() + ")", e);
        }
    }
}
