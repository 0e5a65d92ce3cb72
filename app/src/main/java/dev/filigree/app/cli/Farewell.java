package dev.filigree.app.cli;

/** Says something when the program is interrupted (Ctrl-C, a polite kill) before this is closed. */
final class Farewell implements AutoCloseable {

    private final Thread hook;

    Farewell(Runnable words) {
        hook = Thread.ofPlatform().unstarted(words);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the program is ending already, and the words are being said
        }
    }
}
