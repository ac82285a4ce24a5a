// Bank sequencer: takes one command at a time through its pass and answers it. Home policy, word-based.
//
// A pass is D steps out and D steps back. READ and DCW act on the way out (Align, Detect, for DCW Remove and
// Inject where bits differ). A naive WRITE removes every site on the way out and injects the ones on the way
// back (Inject, Return); ERASE only removes. A slot in which no port acts is left out. A naive WRITE or ERASE
// of one segment shifts that segment alone, every other pass the whole wire.
//
// Around the pass: one cycle Idle to take and check a command, one cycle of Collect per data beat, one cycle
// of Respond per answer beat. A pulse happens in the last cycle of its slot.
//
// The head offset, like the tracks, is non-volatile: after a reset in the middle of a pass the sequencer first
// brings the track home. D * S flip-flops of data buffer, which also collect what a READ senses.
`include "sky_assert.svh"

module sky_skrm_seq #(
  parameter int unsigned D      = 64,
  parameter int unsigned S      = 32,
  parameter int unsigned Tracks = 16,
  localparam int unsigned RowWidth    = (Tracks > 1) ? $clog2(Tracks) : 1,
  localparam int unsigned PortWidth   = $clog2(S + 2),
  localparam int unsigned OffsetWidth = $clog2(D + 1)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  sky_skrm_pkg::cycles_t   cycles_i,  // stable out of reset
  input  logic [31:0]             last_row_i,  // highest row that exists

  input  logic                    cmd_valid_i,
  output logic                    cmd_ready_o,
  input  sky_skrm_pkg::cmd_t      cmd_i,

  input  logic                    wdata_valid_i,
  output logic                    wdata_ready_o,
  input  logic [63:0]             wdata_i,

  output logic                    rsp_valid_o,
  input  logic                    rsp_ready_i,
  output logic [15:0]             rsp_tag_o,
  output sky_skrm_pkg::status_e   rsp_status_o,
  output logic                    rsp_last_o,
  output logic [63:0]             rsp_word_o,

  output logic [RowWidth-1:0]     row_o,
  output logic                    shift_o,
  output sky_track_pkg::dir_e     shift_dir_o,
  output logic [PortWidth-1:0]    shift_start_o,
  output logic [PortWidth-1:0]    shift_end_o,
  output logic [S:0]              detect_ports_o,  // for the statistics; the track always shows its ports
  output logic [S:0]              remove_ports_o,
  output logic [S:0]              inject_ports_o,
  input  logic [S:0]              sense_i,

  output sky_skrm_pkg::state_e    state_o,
  output sky_skrm_pkg::cmd_t      cmd_o,           // the command under way
  output logic                    recover_o        // this cycle starts to bring home a track that a reset cut off
);

  import sky_skrm_pkg::*;

  localparam logic [PortWidth-1:0] WireEnd = PortWidth'(S + 1);
  localparam logic [OffsetWidth-1:0] Depth = OffsetWidth'(D);
  localparam int unsigned BitWidth = $clog2(D);
  localparam int unsigned SegWidth = (S > 1) ? $clog2(S) : 1;

  state_e state_d, state_q;
  cmd_t cmd_q;
  status_e status_d, status_q;
  logic recovering_d, recovering_q;
  logic [7:0] slot_left_d, slot_left_q;   // cycles of this slot after this one
  logic [63:0] beats_left_d, beats_left_q;  // mask of the beats still to come or go
  logic [S-1:0] sensed_d, sensed_q;       // what the last detect saw
  logic [S-1:0][D-1:0] words_q;           // data to write, or sensed so far

  // Non-volatile: where the head of the last pass is, and how its track moves.
  logic [OffsetWidth-1:0] offset_d, offset_q;
  logic [RowWidth-1:0] row_q;
  logic [PortWidth-1:0] start_q, end_q;
  initial begin
    offset_q = '0;
    row_q    = '0;
    start_q  = WireEnd;
    end_q    = WireEnd;
  end

  logic [S-1:0] mask;
  logic reads, naive, dcw, take_cmd, begin_pass, beat_taken, slot_ends;
  logic [SegWidth-1:0] beat_segment;
  assign mask  = cmd_q.seg_mask[S-1:0];
  assign reads = cmd_q.op == OpRead;
  assign dcw   = cmd_q.op == OpWrite && cmd_q.write_alg == AlgDcw;
  assign naive = cmd_q.op == OpWrite && cmd_q.write_alg == AlgNaive;
  assign slot_ends = slot_left_q == 8'd0;

  // The segments whose new bit is 1 at the site under the ports when the head is `offset` steps out.
  function automatic logic [S-1:0] wanted(input logic [OffsetWidth-1:0] offset);
    logic [S-1:0] ones;
    for (int unsigned g = 0; g < S; g++) ones[g] = mask[g] & words_q[g][BitWidth'(Depth - offset)];
    return ones;
  endfunction

  function automatic logic [SegWidth-1:0] lowest(input logic [63:0] bits);
    logic [SegWidth-1:0] index;
    index = '0;
    for (int unsigned g = S; g > 0; g--) if (bits[g-1]) index = SegWidth'(g - 1);
    return index;
  endfunction

  localparam logic [63:0] SegMask = {64{1'b1}} >> (64 - S);
  function automatic status_e check(input cmd_t cmd);
    unique case (cmd.op)
      OpRead, OpWrite, OpErase: begin
        if (cmd.row > last_row_i) return StatusBadRow;
        if (cmd.site != 8'd0) return StatusBadSite;
        if (cmd.seg_mask == 64'd0) return StatusEmptyMask;
        if ((cmd.seg_mask & ~SegMask) != 64'd0) return StatusBadMask;
        if (cmd.op == OpWrite && cmd.write_alg != AlgNaive && cmd.write_alg != AlgDcw) return StatusBadWriteAlg;
        return StatusOk;
      end
      OpBarrier: return StatusOk;
      default:   return StatusBadOp;
    endcase
  endfunction

  // Cycles after the first of the slot that belongs to a state.
  function automatic logic [7:0] slot_of(input state_e state);
    unique case (state)
      Align, Return: return cycles_i.shift - 8'd1;
      Detect:        return cycles_i.detect - 8'd1;
      Remove:        return cycles_i.remove - 8'd1;
      Inject:        return cycles_i.inject - 8'd1;
      default:       return 8'd0;
    endcase
  endfunction

  // The way back from `offset`: a naive write injects the site under the ports before it steps.
  function automatic state_e inbound(input logic [OffsetWidth-1:0] offset);
    return (naive && !recovering_q && wanted(offset) != '0) ? Inject : Return;
  endfunction

  // After all that is to be done at `offset` on the way out.
  function automatic state_e outbound(input logic [OffsetWidth-1:0] offset);
    return (offset == Depth) ? inbound(offset) : Align;
  endfunction

  // State machine.
  always_comb begin
    state_d      = state_q;
    status_d     = status_q;
    recovering_d = recovering_q;
    beats_left_d = beats_left_q;
    sensed_d     = sensed_q;
    offset_d     = offset_q;
    take_cmd     = 1'b0;
    begin_pass   = 1'b0;
    beat_taken   = 1'b0;
    recover_o    = 1'b0;
    beat_segment = '0;

    unique case (state_q)
      Idle: begin
        if (offset_q != '0) begin
          recover_o    = 1'b1;
          recovering_d = 1'b1;
          state_d      = Return;
        end else if (cmd_valid_i) begin
          take_cmd     = 1'b1;
          status_d     = check(cmd_i);
          beats_left_d = (cmd_i.op == OpScan) ? 64'd3 : cmd_i.seg_mask;
          if (status_d != StatusOk) begin
            state_d = (cmd_i.op == OpScan || (cmd_i.op == OpWrite && cmd_i.seg_mask != 64'd0)) ? Drain : Respond;
          end else if (cmd_i.op == OpBarrier) begin
            state_d = Respond;
          end else if (cmd_i.op == OpWrite) begin
            state_d = Collect;
          end else begin
            begin_pass = 1'b1;
            state_d    = Align;
          end
        end
      end
      Collect: begin
        beat_segment = lowest(beats_left_q);
        if (wdata_valid_i) begin
          beat_taken   = 1'b1;
          beats_left_d = beats_left_q & (beats_left_q - 64'd1);
          if (beats_left_d == 64'd0) begin
            begin_pass   = 1'b1;
            beats_left_d = cmd_q.seg_mask;
            state_d      = Align;
          end
        end
      end
      Drain: begin
        if (wdata_valid_i) begin
          beat_taken   = 1'b1;
          beats_left_d = beats_left_q & (beats_left_q - 64'd1);
          if (beats_left_d == 64'd0) state_d = Respond;
        end
      end
      Align: begin
        if (slot_ends) begin
          offset_d = offset_q + 1'b1;
          state_d  = (reads || dcw) ? Detect : Remove;
        end
      end
      Detect: begin
        if (slot_ends) begin
          sensed_d = sense_i[S-1:0] & mask;
          if (reads) state_d = outbound(offset_q);
          else if ((sensed_d & ~wanted(offset_q)) != '0) state_d = Remove;
          else if ((wanted(offset_q) & ~sensed_d) != '0) state_d = Inject;
          else state_d = outbound(offset_q);
        end
      end
      Remove: begin
        if (slot_ends) begin
          if (dcw && (wanted(offset_q) & ~sensed_q) != '0) state_d = Inject;
          else state_d = outbound(offset_q);
        end
      end
      Inject: begin
        if (slot_ends) state_d = dcw ? outbound(offset_q) : Return;
      end
      Return: begin
        if (slot_ends) begin
          offset_d = offset_q - 1'b1;
          if (offset_d != '0) begin
            state_d = inbound(offset_d);
          end else if (recovering_q) begin
            recovering_d = 1'b0;
            state_d      = Idle;
          end else begin
            state_d = Respond;
          end
        end
      end
      Respond: begin  // these hold while the host does
        beat_segment = lowest(beats_left_q);
        beats_left_d = beats_left_q & (beats_left_q - 64'd1);
        if (rsp_last_o) state_d = Idle;
      end
      default: state_d = Idle;
    endcase

    // Every slot starts in the cycle after one has ended, or after a command or a recovery began.
    slot_left_d = (slot_ends || begin_pass || recover_o) ? slot_of(state_d) : slot_left_q - 8'd1;
  end

  // Pulses.
  always_comb begin
    shift_o        = 1'b0;
    shift_dir_o    = sky_track_pkg::Left;
    detect_ports_o = '0;
    remove_ports_o = '0;
    inject_ports_o = '0;
    if (slot_ends) begin
      unique case (state_q)
        Align: shift_o = 1'b1;
        Return: begin
          shift_o     = 1'b1;
          shift_dir_o = sky_track_pkg::Right;
        end
        Detect:  detect_ports_o = {1'b0, mask};
        Remove:  remove_ports_o = {1'b0, dcw ? sensed_q & ~wanted(offset_q) : mask};
        Inject:  inject_ports_o = {1'b0, dcw ? wanted(offset_q) & ~sensed_q : wanted(offset_q)};
        default: ;
      endcase
    end
  end
  assign row_o         = row_q;
  assign shift_start_o = start_q;
  assign shift_end_o   = end_q;

  // Channels. None of these depends on this cycle's inputs.
  assign cmd_ready_o   = state_q == Idle && offset_q == '0;
  assign wdata_ready_o = state_q == Collect || state_q == Drain;
  assign rsp_valid_o   = state_q == Respond;
  always_comb begin
    rsp_tag_o    = '0;
    rsp_status_o = StatusOk;
    rsp_last_o   = 1'b0;
    rsp_word_o   = '0;
    if (rsp_valid_o) begin
      rsp_tag_o    = cmd_q.tag;
      rsp_status_o = status_q;
      rsp_last_o   = 1'b1;
      if (reads && status_q == StatusOk) begin
        rsp_last_o          = (beats_left_q & (beats_left_q - 64'd1)) == 64'd0;
        rsp_word_o[D-1:0]   = words_q[beat_segment];
      end
    end
  end
  assign state_o = state_q;
  assign cmd_o   = cmd_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q      <= Idle;
      status_q     <= StatusOk;
      recovering_q <= 1'b0;
      slot_left_q  <= 8'd0;
      beats_left_q <= 64'd0;
      sensed_q     <= '0;
      cmd_q        <= '0;
    end else if (!(rsp_valid_o && !rsp_ready_i)) begin
      state_q      <= state_d;
      status_q     <= status_d;
      recovering_q <= recovering_d;
      slot_left_q  <= slot_left_d;
      beats_left_q <= beats_left_d;
      sensed_q     <= sensed_d;
      if (take_cmd) cmd_q <= cmd_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == Collect && beat_taken) words_q[beat_segment] <= wdata_i[D-1:0];
    if (state_q == Detect && slot_ends && reads) begin
      for (int unsigned g = 0; g < S; g++) words_q[g] <= {words_q[g][D-2:0], sense_i[g]};
    end
  end

  // The pass that begins: READ and ERASE straight from the queue, WRITE once its data are there.
  logic [RowWidth-1:0] begun_row;
  logic [63:0] begun_mask;
  logic begun_erases, one_segment;
  assign begun_row    = take_cmd ? cmd_i.row[RowWidth-1:0] : cmd_q.row[RowWidth-1:0];
  assign begun_mask   = take_cmd ? cmd_i.seg_mask : cmd_q.seg_mask;
  assign begun_erases = take_cmd ? cmd_i.op == OpErase : naive;
  assign one_segment  = begun_erases && (begun_mask & (begun_mask - 64'd1)) == 64'd0;

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      offset_q <= offset_d;
      if (begin_pass) begin
        row_q   <= begun_row;
        start_q <= one_segment ? PortWidth'(lowest(begun_mask)) : WireEnd;
        end_q   <= one_segment ? PortWidth'(lowest(begun_mask)) + 1'b1 : WireEnd;
      end
    end
  end

  `SKY_ASSERT(HomeWhenAnswering, state_q == Respond |-> offset_q == '0)
  `SKY_ASSERT(NeverFartherThanOneSegment, offset_q <= Depth)
  `SKY_ASSERT(ResponseWaitsUnchanged,
              rsp_valid_o && !rsp_ready_i |=> rsp_valid_o && $stable(rsp_word_o) && $stable(rsp_tag_o) &&
              $stable(rsp_status_o) && $stable(rsp_last_o))
  `SKY_ASSERT(InjectsOnlyWhereMasked, (inject_ports_o & ~{1'b0, mask}) == '0)

endmodule
