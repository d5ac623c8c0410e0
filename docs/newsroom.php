<?php
/**
 * Plugin Name: Newsroom
 * Description: Sends published posts to the newsroom, and lets readers report errors in them.
 *
 * Lies in wp-content/mu-plugins/ and takes three constants from wp-config.php: NEWSROOM_URL, NEWSROOM_KEY, NEWSROOM_SITE.
 */

defined( 'ABSPATH' ) || exit;

const NEWSROOM_TYPES = array( 'post', 'page' );

// After the post's terms and other data are saved, whoever saved it: the editor, the REST API, an import.
add_action( 'wp_after_insert_post', 'newsroom_send' );
add_action( 'newsroom_send_again', 'newsroom_send', 10, 2 );

function newsroom_send( $post_id, $try = 1 ) {
	$post = get_post( $post_id );
	if ( ! $post || 'publish' !== $post->post_status || '' !== $post->post_password
		|| ! in_array( $post->post_type, NEWSROOM_TYPES, true ) ) {
		return;
	}
	$GLOBALS['post'] = $post; // Some shortcodes ask for it.
	setup_postdata( $post );
	$terms   = get_the_category( $post->ID );
	$article = array(
		'headline'      => newsroom_plain( get_the_title( $post ) ),
		'standfirst'    => newsroom_plain( $post->post_excerpt ),
		'body'          => apply_filters( 'the_content', $post->post_content ),
		'language'      => get_bloginfo( 'language' ),
		'section'       => $terms ? newsroom_plain( $terms[0]->name ) : '',
		'byline'        => get_the_author_meta( 'display_name', $post->post_author ),
		'canonical_url' => get_permalink( $post ),
		'published_at'  => get_post_time( DATE_ATOM, true, $post ),
		'modified_at'   => get_post_modified_time( DATE_ATOM, true, $post ),
	);
	wp_reset_postdata();

	$source = preg_replace( '/^www\./', '', (string) wp_parse_url( home_url(), PHP_URL_HOST ) );
	$answer = wp_remote_request(
		NEWSROOM_URL . '/api/v1/articles/by-source/' . rawurlencode( $source ) . '/' . $post->ID . '/',
		array(
			'method'  => 'PUT',
			'timeout' => 5,
			'headers' => array(
				'Authorization' => 'Bearer ' . NEWSROOM_KEY,
				'Content-Type'  => 'application/json',
			),
			'body'    => wp_json_encode( $article ),
		)
	);
	$status = is_wp_error( $answer ) ? 0 : (int) wp_remote_retrieve_response_code( $answer );
	if ( 200 === $status || 201 === $status ) {
		$stored = json_decode( wp_remote_retrieve_body( $answer ), true );
		update_post_meta( $post->ID, '_newsroom_article', $stored['id'] );
	} elseif ( ( 0 === $status || 429 === $status || $status >= 500 ) && $try < 6 ) {
		wp_schedule_single_event( time() + 300 * $try, 'newsroom_send_again', array( $post->ID, $try + 1 ) );
	} else {
		error_log( "Newsroom did not take post {$post->ID}: $status" );
	}
}

function newsroom_plain( $html ) {
	return html_entity_decode( wp_strip_all_tags( $html ), ENT_QUOTES, 'UTF-8' );
}

// What readers mark is looked for in the text of the post alone, not in what the theme puts around it.
add_filter( 'the_content', 'newsroom_mark', 99 );

function newsroom_mark( $content ) {
	$article = get_post_meta( get_the_ID(), '_newsroom_article', true );
	if ( ! $article || ! is_singular( NEWSROOM_TYPES ) || ! in_the_loop() || ! is_main_query() ) {
		return $content;
	}
	return '<div data-corrections-article="' . esc_attr( $article ) . '"><div data-corrections-part="body">'
		. $content . '</div></div>';
}

add_action( 'wp_footer', 'newsroom_script' );

function newsroom_script() {
	if ( is_singular( NEWSROOM_TYPES ) ) {
		printf(
			'<script src="%s" data-site="%s" async></script>',
			esc_url( NEWSROOM_URL . '/static/corrections/report.js' ),
			esc_attr( NEWSROOM_SITE )
		);
	}
}
