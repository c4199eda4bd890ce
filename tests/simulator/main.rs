//! The embedded Discord over real HTTP and WebSocket connections.

#[cfg(test)]
mod archive;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod components;
#[cfg(test)]
mod document;
#[cfg(test)]
mod files;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod interactions;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod moderation;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod serenity_client;
#[cfg(test)]
mod support;
#[cfg(test)]
mod threads;
#[cfg(test)]
mod trouble;
