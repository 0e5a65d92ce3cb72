package dev.filigree.app.peer;

import dev.filigree.base.Pooling;
import java.nio.file.Path;

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
}
