package dev.filigree.app.peer;

/**
 * A peer could not be started, died or answered nonsense. Checked, because the caller must go on without the peer and
 * say so: the message is one line, made to follow "not measured: ".
 */
public final class PeerFailure extends Exception {

    private static final long serialVersionUID = 1L;

    public PeerFailure(String line) {
        super(line);
    }

    public PeerFailure(String line, Throwable cause) {
        super(line, cause);
    }
}
