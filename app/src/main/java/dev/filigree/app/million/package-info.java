/** Networks of many neurons a layer and few connections each, trained from scratch: how long an epoch takes and what it holds. */
package dev.filigree.app.million;
