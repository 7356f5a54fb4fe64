<?php
// WordPress publishes at once what is scheduled less than a minute ahead; a test cannot wait so long.
add_filter('wp_insert_post_data', function ($post) {
    if ($post['post_status'] === 'publish' && strtotime($post['post_date_gmt'] . ' UTC') > time()) {
        $post['post_status'] = 'future';
    }
    return $post;
});
