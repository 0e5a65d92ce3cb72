/** Training of sparse encoders on a corpus: the folder of a run, and how good what came out is. */
package dev.filigree.app.encode;
