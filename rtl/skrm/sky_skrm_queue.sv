// The commands that wait, oldest first, each with its data as it arrives, and which of them a bank may serve.
//
// Requests that touch a common word, at least one of them changing it, never pass each other; nothing passes a
// BARRIER, which itself waits until it is the oldest and no bank is at work. `passed` counts, for each entry, the
// younger requests of its bank that were served ahead: at age_cap the oldest is served before anything else.
//
// pick_* names the entry a bank that rests serves next (sky_sched_pick), join_* the oldest that can share the pass a
// bank is gathering. take_i removes the entry take_index_i at the end of the cycle, in which entry_o and data_o show
// it. A command or beat that arrives in a cycle is seen in the next.
//
// A command and its data stay in a slot until they leave; only what says where they are moves up. What is worked out
// for a whole queue is worked out only where somebody asks: a bank at rest or gathering, a command that arrives.
//
// Cost: QueueDepth * (Words * 64 + 255 + QueueDepth) flip-flops and as many comparisons of a row and a mask.
module sky_skrm_queue #(
  parameter int unsigned D          = 64,
  parameter int unsigned S          = 32,
  parameter int unsigned Lanes      = 1,
  parameter int unsigned FlagSite   = 0,
  parameter int unsigned Guard      = 0,
  parameter int unsigned Banks      = 1,
  parameter int unsigned Rows       = 16,
  parameter int unsigned QueueDepth = 32,
  parameter int unsigned OffsetWidth = 8,
  localparam int unsigned Beats      = (Lanes == 1) ? 1 : Lanes / 64,  // per segment
  localparam int unsigned Words      = (S * Beats < 2) ? 2 : S * Beats,
  localparam int unsigned UsageWidth = $clog2(QueueDepth + 1),
  localparam int unsigned IndexWidth = (QueueDepth > 1) ? $clog2(QueueDepth) : 1,
  localparam int unsigned BankWidth  = (Banks > 1) ? $clog2(Banks) : 1,
  localparam int unsigned RowWidth   = (Rows > 1) ? $clog2(Rows) : 1
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  sky_skrm_pkg::policy_t    policy_i,
  input  logic [UsageWidth-1:0]    depth_i,      // entries that may be used, 1 to QueueDepth
  input  logic [31:0]              last_row_i,

  input  logic                     cmd_valid_i,
  output logic                     cmd_ready_o,
  input  sky_skrm_pkg::cmd_t       cmd_i,
  input  logic                     wdata_valid_i,
  output logic                     wdata_ready_o,
  input  logic [63:0]              wdata_i,

  // Of each bank.
  input  logic [Banks-1:0]         at_rest_i,
  input  logic [Banks-1:0]         gathers_i,
  input  logic [31:0]              pass_row_i     [Banks],
  input  logic [7:0]               pass_site_i    [Banks],
  input  logic [63:0]              pass_all_i     [Banks],  // segments of the pass
  input  logic [63:0]              pass_changed_i [Banks],  // those it changes
  output logic [UsageWidth-1:0]    waiting_o      [Banks],
  output logic [Banks-1:0]         pick_valid_o,
  output logic [IndexWidth-1:0]    pick_index_o   [Banks],
  output logic [Banks-1:0]         join_valid_o,
  output logic [IndexWidth-1:0]    join_index_o   [Banks],

  // Head offset at rest of a row, for the distances.
  output logic [RowWidth-1:0]      offset_row_o   [QueueDepth],
  input  logic [OffsetWidth-1:0]   offset_i       [QueueDepth],

  input  logic                     take_i,
  input  logic [IndexWidth-1:0]    take_index_i,
  input  logic [BankWidth-1:0]     take_bank_i,
  output sky_skrm_pkg::request_t   entry_o,
  output logic [Words*64-1:0]      data_o        // by segment and beat; of a SCAN the two keys
);

  import sky_skrm_pkg::*;

  localparam bit WordBased = Lanes == 1;
  localparam int unsigned BeatWidth = (Beats > 1) ? $clog2(Beats) : 1;

  // Where the commands wait, by age: 0 is the oldest. What they are and their data stay in a slot until they leave.
  typedef struct packed {
    logic [IndexWidth-1:0] slot;
    logic [31:0]           row;
    logic [7:0]            site;
    logic [7:0]            passed;
  } place_t;
  place_t places_q [QueueDepth];
  logic [QueueDepth-1:0] complete_q;          // whose data are here
  logic [UsageWidth-1:0] usage_q;

  // By slot.
  logic [QueueDepth-1:0] slots_q;             // that are in use
  request_t requests_q [QueueDepth];
  logic [63:0] segments_left_q [QueueDepth];  // of a WRITE: whose data have not all arrived
  logic [1:0] keys_left_q [QueueDepth];       // of a SCAN
  logic [QueueDepth-1:0] blockers_q [QueueDepth];  // slots of older ones that it may not pass
  logic [63:0] data_q [QueueDepth*Words];
  logic [BeatWidth-1:0] beat_q;               // of the segment that is arriving

  function automatic logic changes(input logic [2:0] op);
    return op != OpRead && op != OpScan;
  endfunction
  function automatic logic [BankWidth-1:0] bank_of(input logic [31:0] row);
    return (Banks > 1) ? row[BankWidth-1:0] : '0;
  endfunction

  // ---- Arrival
  request_t arriving;
  sky_skrm_decode #(
    .D       (D),
    .S       (S),
    .Lanes   (Lanes),
    .FlagSite(FlagSite),
    .Guard   (Guard)
  ) u_decode (
    .auto_permutes_i(policy_i.auto_permutes),
    .last_row_i,
    .cmd_i,
    .request_o(arriving)
  );

  // The oldest entry that lacks data takes the next beat.
  logic [QueueDepth-1:0] present, lacking;
  logic [IndexWidth-1:0] collector, collecting_slot;
  assign present = ~({QueueDepth{1'b1}} << usage_q);
  assign lacking = present & ~complete_q;
  assign collector       = IndexWidth'(lowest(64'(lacking)));
  assign collecting_slot = places_q[collector].slot;
  assign cmd_ready_o   = usage_q < depth_i;
  assign wdata_ready_o = lacking != '0;

  logic cmd_taken, beat_taken, takes_key, segment_full;
  logic [1:0] keys_left;        // of the entry that collects
  logic [63:0] segments_left, later_segments;  // the same; without the segment that arrives
  assign cmd_taken      = cmd_valid_i && cmd_ready_o;
  assign beat_taken     = wdata_valid_i && wdata_ready_o;
  assign keys_left      = keys_left_q[collecting_slot];
  assign segments_left  = segments_left_q[collecting_slot];
  assign later_segments = segments_left & (segments_left - 64'd1);
  assign takes_key      = keys_left != 2'd0;
  assign segment_full   = 32'(beat_q) == Beats - 1;
  logic [31:0] word;  // of the entry's data
  assign word = takes_key ? 32'd2 - 32'(keys_left) : 32'(lowest(segments_left)) * Beats + 32'(beat_q);
  always_ff @(posedge clk_i) begin
    if (beat_taken && word < Words) data_q[32'(collecting_slot)*Words+word] <= wdata_i;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) beat_q <= '0;
    else if (beat_taken && !takes_key) beat_q <= segment_full ? '0 : beat_q + 1'b1;
  end

  logic [QueueDepth-1:0] free_slots;
  logic [IndexWidth-1:0] free_slot;
  assign free_slots = ~slots_q;
  assign free_slot  = IndexWidth'(lowest(64'(free_slots)));

  // Slots that the one arriving may not pass: those with a common word that one of the two changes, and barriers.
  logic [QueueDepth-1:0] in_its_way;
  always_comb begin
    in_its_way = '0;
    if (cmd_taken) begin
      for (int unsigned s = 0; s < QueueDepth; s++) begin
        in_its_way[s] = slots_q[s] &&
                        (requests_q[s].cmd.op == OpBarrier ||
                         (requests_q[s].cmd.row == cmd_i.row &&
                          (requests_q[s].cmd.seg_mask & cmd_i.seg_mask) != 64'd0 &&
                          (changes(requests_q[s].cmd.op) || changes(cmd_i.op)) &&
                          (WordBased || requests_q[s].cmd.site == cmd_i.site)));
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (beat_taken && takes_key) keys_left_q[collecting_slot] <= keys_left - 2'd1;
    if (beat_taken && !takes_key && segment_full) segments_left_q[collecting_slot] <= later_segments;
    if (cmd_taken) begin
      requests_q[free_slot]      <= arriving;
      segments_left_q[free_slot] <= (cmd_i.op == OpWrite) ? cmd_i.seg_mask : 64'd0;
      keys_left_q[free_slot]     <= (cmd_i.op == OpScan) ? 2'd2 : 2'd0;
      blockers_q[free_slot]      <= in_its_way;
    end
  end

  // ---- The queue moves up when an entry is taken.
  logic [QueueDepth-1:0] younger;  // than the one taken, or it
  logic [IndexWidth-1:0] tail, taken_slot;
  assign younger    = {QueueDepth{1'b1}} << take_index_i;
  assign tail       = IndexWidth'(usage_q - UsageWidth'(take_i));
  assign taken_slot = places_q[take_index_i].slot;
  place_t moved_up [QueueDepth];
  always_comb begin
    moved_up = '{default: '0};
    if (take_i) begin
      moved_up = places_q;
      for (int unsigned i = 0; i + 1 < QueueDepth; i++) begin
        if (younger[i]) moved_up[i] = places_q[i+1];
        else if (bank_of(places_q[i].row) == take_bank_i) moved_up[i].passed = places_q[i].passed + 8'd1;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (take_i) places_q <= moved_up;
    if (cmd_taken) places_q[tail] <= '{slot: free_slot, row: cmd_i.row, site: cmd_i.site, passed: 8'd0};
  end

  logic [QueueDepth-1:0] complete_d;
  always_comb begin
    complete_d = complete_q;
    if (beat_taken) begin
      complete_d[collector] = takes_key ? keys_left == 2'd1 : segment_full && later_segments == 64'd0;
    end
    if (take_i) complete_d = (complete_d & ~younger) | (complete_d >> 1 & younger);
    if (cmd_taken) complete_d[tail] = cmd_i.op != OpScan && (cmd_i.op != OpWrite || cmd_i.seg_mask == 64'd0);
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      usage_q    <= '0;
      slots_q    <= '0;
      complete_q <= '0;
    end else begin
      usage_q    <= usage_q - UsageWidth'(take_i) + UsageWidth'(cmd_taken);
      complete_q <= complete_d;
      if (take_i) slots_q[taken_slot] <= 1'b0;
      if (cmd_taken) slots_q[free_slot] <= 1'b1;
    end
  end

  // ---- Who may be served, when a bank asks
  logic asked;
  assign asked = usage_q != '0 && (at_rest_i | gathers_i) != '0;
  logic [QueueDepth-1:0] ready, older;
  always_comb begin
    ready = '0;
    older = '0;  // slots of the older entries
    if (asked) begin
      ready = present & complete_q;
      for (int unsigned i = 0; i < QueueDepth; i++) begin
        if ((blockers_q[places_q[i].slot] & older) != '0) ready[i] = 1'b0;
        if (requests_q[places_q[i].slot].cmd.op == OpBarrier && (i != 0 || at_rest_i != '1)) ready[i] = 1'b0;
        older[places_q[i].slot] = 1'b1;
      end
    end
  end

  // Distances and positions, for the policies that look at them.
  localparam int unsigned SiteWidth = $clog2(D);
  logic [QueueDepth*8-1:0] distance;
  logic [QueueDepth*40-1:0] position;
  for (genvar i = 0; i < QueueDepth; i++) begin : g_distance
    assign offset_row_o[i] = places_q[i].row[RowWidth-1:0];
    if (WordBased) begin : g_word
      logic unused_offset;
      assign unused_offset = ^offset_i[i];
      assign distance[i*8+:8] = 8'd0;
    end else begin : g_bit
      logic [OffsetWidth:0] steps;
      logic exists;
      // Of a row or site that does not exist: none.
      assign exists = places_q[i].row <= last_row_i && 32'(places_q[i].site) < D;
      sky_shift_planner #(
        .D(D)
      ) u_planner (
        .offset_i    (offset_i[i]),
        .site_i      (places_q[i].site[SiteWidth-1:0]),
        .left_only_i (1'b0),
        .dir_o       (),
        .distance_o  (steps),
        .right_port_o(),
        .offset_o    ()
      );
      assign distance[i*8+:8] = exists ? 8'(steps) : 8'd0;
    end
  end
  always_comb begin
    position = '0;
    if (asked && policy_i.scheduler == SchedElevator) begin
      for (int unsigned i = 0; i < QueueDepth; i++) begin
        position[i*40+:40] = {places_q[i].row, places_q[i].site};
      end
    end
  end

  for (genvar b = 0; b < Banks; b++) begin : g_bank
    logic [QueueDepth-1:0] waiting;
    if (Banks == 1) begin : g_all
      assign waiting = present;
    end else begin : g_some
      always_comb begin
        waiting = '0;
        if (usage_q != '0) begin
          for (int unsigned i = 0; i < QueueDepth; i++) begin
            waiting[i] = present[i] && bank_of(places_q[i].row) == BankWidth'(b);
          end
        end
      end
    end
    logic overdue;
    assign overdue      = waiting != '0 && places_q[IndexWidth'(lowest(64'(waiting)))].passed >= policy_i.age_cap;
    assign waiting_o[b] = UsageWidth'($unsigned($countones(waiting)));

    // The elevator is where the bank's last command was.
    logic [39:0] elevator_q;
    logic up_q, up;
    logic takes;
    assign takes = take_i && take_bank_i == BankWidth'(b) && at_rest_i[b];
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        elevator_q <= '0;
        up_q       <= 1'b1;
      end else if (takes) begin
        elevator_q <= {entry_o.cmd.row, entry_o.cmd.site};
        up_q       <= up;
      end
    end

    logic picked;
    sky_sched_pick #(
      .Entries(QueueDepth)
    ) u_pick (
      .policy_i       (policy_i.scheduler),
      .waiting_i      (at_rest_i[b] ? waiting : '0),
      .ready_i        (ready),
      .overdue_i      (overdue),
      .distance_i     (distance),
      .position_i     (position),
      .last_position_i(elevator_q),
      .up_i           (up_q),
      .valid_o        (picked),
      .index_o        (pick_index_o[b]),
      .up_o           (up)
    );
    assign pick_valid_o[b] = picked;

    // The oldest that can join: nothing else once the oldest of all is overdue.
    logic [QueueDepth-1:0] joining;
    always_comb begin
      joining = '0;
      if (gathers_i[b]) begin
        for (int unsigned i = 0; i < QueueDepth; i++) begin
          joining[i] = waiting[i] && ready[i] && joins(requests_q[places_q[i].slot]);
        end
        if (overdue) joining = joining & waiting & (~waiting + 1'b1);
      end
    end
    assign join_valid_o[b] = joining != '0;
    assign join_index_o[b] = IndexWidth'(lowest(64'(joining)));
    function automatic logic joins(input request_t request);
      logic kind, apart;
      kind  = request.cmd.op == OpRead || request.cmd.op == OpErase ||
              (request.cmd.op == OpWrite && (request.alg == AlgNaive || request.alg == AlgDcw));
      apart = (request.cmd.seg_mask &
               ((request.cmd.op == OpRead) ? pass_changed_i[b] : pass_all_i[b])) == 64'd0;
      return request.status == StatusOk && request.cmd.row == pass_row_i[b] &&
             request.cmd.site == pass_site_i[b] && kind && apart;
    endfunction
  end

  // ---- The entry that is taken
  always_comb begin
    entry_o = requests_q[taken_slot];
    data_o  = '0;
    if (take_i) begin
      for (int unsigned w = 0; w < Words; w++) data_o[w*64+:64] = data_q[32'(taken_slot)*Words+w];
    end
  end

`ifndef SYNTHESIS
  initial begin
    if (QueueDepth > 64) $fatal(1, "QueueDepth is %0d, expected at most 64", QueueDepth);
  end
`endif

endmodule
