package dev.filigree.retrieve;

/** Which documents of an index are to be found: those that were not deleted. */
@FunctionalInterface
public interface Live {

    /** Every document. */
    Live ALL = document -> true;

    boolean has(int document);
}
