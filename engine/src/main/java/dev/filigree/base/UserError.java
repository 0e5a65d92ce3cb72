package dev.filigree.base;

/**
 * A fault that the person at the keyboard can mend: a malformed file, an impossible setting, a full disk. Its message
 * is one line that names the file or flag, what was found, what was expected and what to do; commands print that line
 * and nothing else.
 */
public class UserError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UserError(String line) {
        super(line);
    }

    public UserError(String line, Throwable cause) {
        super(line, cause);
    }
}
