/** Searches that help each other: rankings are mixed, and what a first search finds makes a better query of it. */
package dev.filigree.retrieve.feedback;
