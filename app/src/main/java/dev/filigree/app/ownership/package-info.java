/** Marks in the positions of a sparse network that tell whose it is. */
package dev.filigree.app.ownership;
